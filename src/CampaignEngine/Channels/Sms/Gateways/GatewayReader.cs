using System.Text.RegularExpressions;
using CampaignEngine.Authoring;
using CampaignEngine.Templating;

namespace CampaignEngine.Channels.Sms.Gateways;

/// <summary>A route with <c>http:</c> of engine.yaml → <see cref="GatewaySettings"/>.</summary>
internal sealed class GatewayReader(ProblemList problems)
{
    private static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Null after reported problems.</summary>
    /// <param name="route">The whole route; its shape has been checked.</param>
    /// <param name="password">As the route has it.</param>
    /// <param name="timeout">Null: not written.</param>
    public GatewaySettings? Read(string name, YamlMapping route, Secret? password, TimeSpan? timeout)
    {
        var written = route.Mapping("http");
        if (written is null)
        {
            return null;
        }

        var http = GatewayPresets.Under(written);
        if (http.Text("url") is not { } url)
        {
            problems.Error(written.Place, "CE1161", $"the gateway '{Shown.Text(name)}' has no 'url'; write its address, for example 'url: https://sms.example.test/send'");
            return null;
        }

        if (GatewayShape.ServerOf(url) is not { } server)
        {
            return null;
        }

        var own = new ProblemList();
        var settings = new GatewaySettings
        {
            Name = name,
            Method = http.Text("method") ?? "POST",
            Server = server,
            Path = Template(http.Written("url")!, GatewayShape.PathOf(url), own),
            Query = Fields(http, "query", own),
            Headers = Fields(http, "headers", own),
            Form = Fields(http, "form", own),
            Json = http.Written("json") is { } json ? Template(json, json.Text, own) : null,
            Auth = http.Text("auth") switch { "basic" => GatewayAuth.Basic, "bearer" => GatewayAuth.Bearer, _ => GatewayAuth.None },
            User = route.Text("user"),
            Password = password,
            IdempotencyHeader = http.Text("idempotency"),
            Replies = [.. http.Mappings("replies").Select(r => Rule(r, own))],
            MessageId = Part(http.Mapping("message_id"), own),
            Reason = Part(http.Mapping("reason"), own),
            Webhooks = Webhooks(http.Mapping("webhooks"), password, own),
            Connections = route.Integer("connections") ?? 8,
            Timeout = timeout ?? UsualTimeout,
            LookAlikes = route.Boolean("look_alikes") ?? false,
            Prices = Prices(route),
        };
        Check(settings, http, written, own);
        problems.AddRange(own.Items);
        return own.HasErrors ? null : settings;
    }

    private static void Check(GatewaySettings settings, YamlMapping http, YamlMapping written, ProblemList problems)
    {
        if (settings is { Form.Count: > 0, Json: not null })
        {
            problems.Error(http.PlaceOf("json"), "CE1162", "the body is both 'form' and 'json'; keep one of them");
        }

        if (settings.Method == "GET" && (settings.Form.Count > 0 || settings.Json is not null))
        {
            problems.Error(http.PlaceOf("method"), "CE1162", "a GET request has no body; write the values under 'query', or use POST");
        }

        if (settings.Auth != GatewayAuth.None && settings.Password is null)
        {
            problems.Error(http.PlaceOf("auth"), "CE1163", $"'auth: {http.Text("auth")}' needs a {(settings.Auth == GatewayAuth.Basic ? "'user' and a " : "")}'password' of the route; write for example 'password: {{ env: SMS_PASSWORD }}'");
        }

        if (settings.Password is not null && settings.Server.Scheme == Uri.UriSchemeHttp && !settings.Server.IsLoopback)
        {
            problems.Warning(written.PlaceOf("url"), "CE1164", $"the password of '{Shown.Text(settings.Name)}' would cross the network readable; use https");
        }

        if (!problems.HasErrors && GatewayRequest.SampleFault(settings) is { } fault)
        {
            problems.Error(http.PlaceOf("json"), "CE1165", fault);
        }
    }

    private static List<GatewayField> Fields(YamlMapping http, string key, ProblemList problems) =>
        [.. (http.Mapping(key)?.Entries ?? []).Where(e => e.Value is YamlScalar).Select(e => new GatewayField(e.Key.Text, Template(((YamlScalar)e.Value).Value, ((YamlScalar)e.Value).Text, problems)))];

    private static string Template(Written written, string text, ProblemList problems)
    {
        // The path is the end of the address that was written.
        var from = written.Text.Length - text.Length;
        foreach (var message in TemplateChecker.Check(Templating.Template.Parse(text), GatewayRequest.Shape, options: new CheckOptions { WarnOfNulls = false }))
        {
            var line = text.Split('\n').Take(message.Line - 1).Sum(l => l.Length + 1);
            problems.Add(new Problem(written.At(from + line + message.Column - 1), Authoring.Severity.Error, "CE1160", $"in a template of the gateway: {message.Text}"));
        }

        return text;
    }

    private static ReplyRule Rule(YamlMapping rule, ProblemList problems) => new(rule.Text("is") switch
    {
        "accepted" => ReplyMeaning.Accepted,
        "deferred" => ReplyMeaning.Deferred,
        "unavailable" => ReplyMeaning.Unavailable,
        _ => ReplyMeaning.Rejected,
    })
    {
        Status = [.. rule.Writtens("status").Select(s => GatewayShape.StatusOf(s.Text)).OfType<(int, int)>()],
        Part = rule["path"] is null && rule["text"] is null ? null : Part(rule, problems),
        Equal = [.. rule.Writtens("equals").Select(w => w.Text)],
    };

    private static ReplyPart? Part(YamlMapping? part, ProblemList problems)
    {
        if (part is null)
        {
            return null;
        }

        var (path, pattern) = (part.Text("path"), part.Text("text"));
        if ((path is null) == (pattern is null))
        {
            problems.Error(part.Place, "CE1166", "write exactly one of 'path' (into the reply's JSON) and 'text' (a regular expression)");
            return null;
        }

        return new ReplyPart(path, pattern is null ? null : GatewayShape.PatternOf(pattern, out _));
    }

    private static WebhookSettings? Webhooks(YamlMapping? webhooks, Secret? password, ProblemList problems)
    {
        if (webhooks is null)
        {
            return null;
        }

        var secret = SecretShape.Read(webhooks, "secret", problems);
        if (secret is null && password is null && webhooks["secret"] is null)
        {
            problems.Error(webhooks.Place, "CE1170", "'webhooks' need a 'secret' (or the route a 'password'), or anybody could stop anybody's messages; write for example 'secret: { env: SMS_WEBHOOK_SECRET }'");
        }

        var usual = new WebhookSettings { Signature = WebhookSignature.Token };
        var (inbound, receipt, answers) = (webhooks.Mapping("inbound"), webhooks.Mapping("receipt"), webhooks.Mapping("answers"));
        return new WebhookSettings
        {
            Signature = webhooks.Text("signature") switch { "twilio" => WebhookSignature.Twilio, "hmac-sha256" => WebhookSignature.HmacSha256, "jwt" => WebhookSignature.Jwt, _ => WebhookSignature.Token },
            Secret = secret,
            Header = webhooks.Text("header"),
            TimestampHeader = webhooks.Text("timestamp"),
            Window = webhooks.Duration("window") is { } window ? window.After(DateTimeOffset.UnixEpoch) - DateTimeOffset.UnixEpoch : usual.Window,
            InboundId = inbound?.Text("id") ?? usual.InboundId,
            InboundFrom = inbound?.Text("from") ?? usual.InboundFrom,
            InboundTo = inbound?.Text("to") ?? usual.InboundTo,
            InboundText = inbound?.Text("text") ?? usual.InboundText,
            Status = receipt?.Text("status") ?? usual.Status,
            Reason = receipt?.Text("reason") ?? usual.Reason,
            Delivered = receipt?["delivered"] is null ? usual.Delivered : [.. receipt.Writtens("delivered").Select(w => w.Text)],
            Failed = receipt?["failed"] is null ? usual.Failed : [.. receipt.Writtens("failed").Select(w => w.Text)],
            StopAnswer = answers?.Text("stop"),
            StartAnswer = answers?.Text("start"),
            HelpAnswer = answers?.Text("help"),
        };
    }

    private SegmentPrices Prices(YamlMapping route)
    {
        var prices = new Dictionary<string, Money>(StringComparer.Ordinal);
        foreach (var (key, value) in route.Mapping("prices")?.Entries ?? [])
        {
            if (Quantity.TryMoney((value as YamlScalar)?.Text, out var price) is not null)
            {
                continue;
            }

            if (prices.Count > 0 && prices.First().Value.Currency != price.Currency)
            {
                problems.Error(value.Place, "CE1167", $"this price is in {price.Currency} and the first in {prices.First().Value.Currency}; write all prices of a route in one currency");
            }

            prices[key.Text] = price;
        }

        return prices.Count == 0 ? SegmentPrices.None : new SegmentPrices(prices);
    }
}
