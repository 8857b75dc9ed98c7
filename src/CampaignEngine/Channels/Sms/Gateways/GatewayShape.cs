using System.Globalization;
using System.Text.RegularExpressions;
using CampaignEngine.Authoring;

namespace CampaignEngine.Channels.Sms.Gateways;

/// <summary>The shape of a route's <c>http:</c> and of what else belongs to SMS routes in engine.yaml.</summary>
public static partial class GatewayShape
{
    // The client writes these itself; a second one would let two servers on the way read two different requests.
    private static readonly string[] OwnHeaders = ["host", "content-length", "content-type", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect"];

    internal static readonly ScalarKind TemplateKind = new("template", "{{ text }}", null, text =>
        text.Any(c => char.IsControl(c) && c is not ('\n' or '\t' or '\r')) ? "the text holds a control character; remove it" : null);

    private static readonly ScalarKind UrlKind = new("address of a gateway", "https://sms.example.test/send", @"^https?://[^/?#{}@\s]+(/.*)?$", text =>
        ServerOf(text) is not null ? null
        : text.Contains('?', StringComparison.Ordinal) ? $"'{Shown.Text(text)}' has parameters; write them under 'query', where each is encoded by itself"
        : $"'{Shown.Text(text)}' is no address of a gateway; write http or https, a host without code in it, and a path, such as 'https://sms.example.test/send'");

    private static readonly ScalarKind HeaderKind = new("name of a header", "X-Api-Key", null, text =>
        !HeaderText().IsMatch(text) ? $"'{Shown.Text(text)}' is no name of a header; write letters, digits and dashes"
        : OwnHeaders.Contains(text, StringComparer.OrdinalIgnoreCase) ? $"the header '{text}' is written by the engine; remove it" : null);

    private static readonly ScalarKind FieldKind = new("name of a parameter", "to", null, text =>
        text.Length is > 0 and <= 100 && text.All(c => c is > ' ' and <= '~') ? null : $"'{Shown.Text(text)}' is no name of a parameter; write up to 100 characters of ASCII without spaces");

    private static readonly ScalarKind StatusKind = new("status code", "2xx", @"^([1-5]xx|[1-5][0-9]{2}(-[1-5][0-9]{2})?)$", text =>
        StatusOf(text) is null ? $"'{Shown.Text(text)}' is no status code; write for example 429, 2xx or 500-504" : null);

    private static readonly ScalarKind PathKind = new("path into JSON", "messages.0.status", null, text =>
        text.Length is > 0 and <= 200 && text.Split('.').All(p => p.Length > 0) ? null : $"'{Shown.Text(text)}' is no path; write names and numbers with dots between, such as messages.0.status");

    private static readonly ScalarKind PatternKind = new("regular expression", "^0: ", null, text => PatternOf(text, out var fault) is null ? fault : null);

    private static readonly ScalarKind PriceKeyKind = new("country, +digits or other", "TW", @"^([A-Z]{2}|\+[0-9]{1,9}|other)$", text =>
        PriceKeyText().IsMatch(text) ? null : $"'{Shown.Text(text)}' is no place of a price; write a country such as TW, first digits such as +1876, or other");

    private static readonly ScalarKind SenderIdKind = new("sender id", "HillLeaf", "^(\\+?[0-9]{3,15}|[A-Za-z0-9 ._-]{1,11})$", text =>
        SenderIdText().IsMatch(text) ? null : $"'{Shown.Text(text)}' is no sender id; write a number of 3 to 15 digits or up to 11 letters, digits and spaces");

    private static readonly ScalarKind CountryKind = new("country", "TW", "^[A-Z]{2}$", text =>
        text.Length == 2 && text.All(char.IsAsciiLetterUpper) ? null : $"'{Shown.Text(text)}' is not a country; write two capital letters of ISO 3166, for example 'TW'");

    private static readonly Shape Template = new ScalarShape(TemplateKind) { Description = "A template." };

    private static readonly KeyShape[] Part =
    [
        new("path", new ScalarShape(PathKind) { Description = "Path into the JSON of the reply." }),
        new("text", new ScalarShape(PatternKind) { Description = "Regular expression over the text of the reply; its first group counts, or all of it." }),
    ];

    private static readonly MapShape Reply = new(
    [
        new("is", new ChoiceShape("accepted", "deferred", "rejected", "unavailable") { Description = "What the reply means; unavailable lets the message and the route wait." }) { Required = true },
        new("status", new ListShape(new ScalarShape(StatusKind) { Description = "A status code or range." }) { Description = "Status codes.", OrSingle = true }) { Default = "any" },
        .. Part,
        new("equals", new ListShape(new ScalarShape(ScalarKind.Text) { Description = "A value." }) { Description = "Values that the part may have.", OrSingle = true }) { Default = "the part is there" },
    ])
    { Description = "A rule about replies; all that is written must hold." };

    private static readonly Shape Place = new ScalarShape(FieldKind) { Description = "Name of a form field or query parameter, or path into JSON." };

    private static readonly ListShape Words = new(new ScalarShape(ScalarKind.Text) { Description = "A status." }) { Description = "Statuses.", OrSingle = true };

    private static readonly MapShape Webhooks = new(
        new("signature", new ChoiceShape("twilio", "hmac-sha256", "jwt", "token") { Description = "How requests prove that they come from the gateway." }) { Required = true },
        new("secret", SecretShape.Password("Where the secret of the signature is kept.")) { Default = "the route's password" },
        new("header", new ScalarShape(HeaderKind) { Description = "Header with the signature or token." }) { Default = "the usual one of the kind" },
        new("timestamp", new ScalarShape(HeaderKind) { Description = "hmac-sha256: header with the time of signing, which is signed before the body with a dot between." }),
        new("window", new ScalarShape(ScalarKind.Duration) { Description = "How far the time of signing may be from now." }) { Default = "5 minutes" },
        new("inbound", new MapShape(new("id", Place), new("from", Place), new("to", Place), new("text", Place)) { Description = "Where an answer has its parts." }) { Default = "id, from, to, text" },
        new("receipt", new MapShape(new("status", Place), new("reason", Place), new("delivered", Words), new("failed", Words)) { Description = "Where a receipt has its status, and what it means." })
        { Default = "status: delivered; failed, undelivered, rejected or expired" },
        new("answers", new MapShape(
            new("stop", new ScalarShape(ScalarKind.Text) { Description = "Answer to STOP." }),
            new("start", new ScalarShape(ScalarKind.Text) { Description = "Answer to START." }),
            new("help", new ScalarShape(ScalarKind.Text) { Description = "Answer to HELP." }))
        { Description = "What words of command are answered with." }) { Default = "nothing is sent" })
    { Description = "Receipts and answers that the gateway reports to BASE_URL/sms/ROUTE." };

    /// <summary><c>http:</c> of a route.</summary>
    internal static MapShape Http { get; } = new(
        new("preset", new ChoiceShape([.. GatewayPresets.Names]) { Description = "A known gateway; what is written beside it replaces its parts." }),
        new("method", new ChoiceShape("POST", "PUT", "GET") { Description = "Method of the request." }) { Default = "POST" },
        new("url", new ScalarShape(UrlKind) { Description = "Address without parameters; code may stand in the path only." }),
        new("query", new NamedShape(FieldKind, Template) { Description = "Parameters behind the address." }),
        new("headers", new NamedShape(HeaderKind, Template) { Description = "Headers of the request." }),
        new("form", new NamedShape(FieldKind, Template) { Description = "Body as a form." }),
        new("json", new ScalarShape(TemplateKind) { Description = "Body as JSON; values are escaped and stand in quotes." }),
        new("auth", new ChoiceShape("none", "basic", "bearer") { Description = "Authorization header made of user and password." }) { Default = "none" },
        new("idempotency", new ScalarShape(HeaderKind) { Description = "Header under which the gateway takes a key and counts repeats once; a lost reply is then asked for again." }),
        new("replies", new ListShape(Reply) { Description = "What replies mean; the first that fits decides." }) { Default = "2xx accepted, 429 and 503 deferred, 401 to 405 and 3xx unavailable, other 4xx rejected, other 5xx in doubt" },
        new("message_id", new MapShape(Part) { Description = "Where the gateway's number of the message stands." }),
        new("reason", new MapShape(Part) { Description = "Where the cause of a refusal stands." }),
        new("webhooks", Webhooks))
    { Description = "An HTTP gateway that takes SMS." };

    /// <summary><c>prices:</c> of a route.</summary>
    internal static NamedShape Prices { get; } = new(PriceKeyKind, new ScalarShape(ScalarKind.Money) { Description = "Price of one segment." })
    { Description = "Price of one SMS segment by country, by first digits or for others." };

    /// <summary><c>sms:</c> of a sender.</summary>
    internal static MapShape Sender { get; } = new(
        new("route", new ScalarShape(ScalarKind.Name) { Description = "Route with http that its SMS take." }) { Required = true },
        new("id", new ScalarShape(SenderIdKind) { Description = "Number or name that SMS come from." }) { Required = true },
        new("ids", new NamedShape(CountryKind, new ScalarShape(SenderIdKind) { Description = "A sender id." }) { Description = "Sender ids of single countries." }))
    { Description = "From whom SMS come." };

    /// <summary>Scheme, host and port of a gateway's address; null where it has code in them, user names or parameters.</summary>
    internal static Uri? ServerOf(string url)
    {
        var match = UrlText().Match(url);
        return match.Success && Uri.TryCreate(match.Groups["server"].Value, UriKind.Absolute, out var server) && server.UserInfo.Length == 0 && Uri.CheckHostName(server.Host.Trim('[', ']')) != UriHostNameType.Unknown
            ? server : null;
    }

    /// <summary>The path of a gateway's address.</summary>
    internal static string PathOf(string url) => UrlText().Match(url).Groups["path"].Value is { Length: > 0 } path ? path : "/";

    internal static (int From, int To)? StatusOf(string text)
    {
        if (text is [>= '1' and <= '5', 'x', 'x'])
        {
            var hundred = (text[0] - '0') * 100;
            return (hundred, hundred + 99);
        }

        var ends = text.Split('-');
        return ends.Length <= 2 && Array.TrueForAll(ends, e => e.Length == 3 && e.All(char.IsAsciiDigit) && e[0] is >= '1' and <= '5')
            ? (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[^1], CultureInfo.InvariantCulture)) : null;
    }

    // Without backtracking a pattern is linear in the reply, whatever the gateway sends.
    internal static Regex? PatternOf(string text, out string? fault)
    {
        try
        {
            fault = null;
            return new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception refused) when (refused is ArgumentException or NotSupportedException)
        {
            fault = $"'{Shown.Text(text)}' is no regular expression that can be used here: {refused.Message}";
            return null;
        }
    }

    [GeneratedRegex(@"\A(?<server>https?://[^/?#{}@\\\s]+)(?<path>/[^?#\s\\]*([^?#\\]*\}\}[^?#\s\\]*)*)?\z", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex UrlText();

    [GeneratedRegex(@"\A[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}\z")]
    private static partial Regex HeaderText();

    [GeneratedRegex(@"\A([A-Z]{2}|\+[0-9]{1,9}|other)\z")]
    private static partial Regex PriceKeyText();

    [GeneratedRegex(@"\A(\+?[0-9]{3,15}|(?=.*[A-Za-z])[A-Za-z0-9 ._-]{1,11})\z")]
    private static partial Regex SenderIdText();
}
