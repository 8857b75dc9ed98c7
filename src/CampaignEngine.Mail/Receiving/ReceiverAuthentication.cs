using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CampaignEngine.Mail.Authentication;

namespace CampaignEngine.Mail.Receiving;

/// <summary>How an AUTH command ended.</summary>
internal enum AuthenticationState
{
    Welcome,
    Refused,
    /// <summary>The client's answers are no answers.</summary>
    Malformed,
    UnknownMechanism,
}

/// <summary>The AUTH dialogues of a receiver: which mechanisms its options make possible, and how each runs.</summary>
internal sealed class ReceiverAuthentication(SmtpReceiverOptions options, ReceiverWire wire)
{
    public bool IsRequired => Mechanisms.Length > 0;

    /// <summary>For EHLO, separated by spaces; empty when nobody has to show who he is.</summary>
    public string Mechanisms { get; } = string.Join(' ', new[]
    {
        options.PasswordOf is null ? "" : "SCRAM-SHA-256",
        options.PasswordOf is null && options.Authenticate is null ? "" : "PLAIN LOGIN",
        options.PasswordOf is null ? "" : "CRAM-MD5",
        options.AcceptToken is null ? "" : "XOAUTH2",
    }.Where(m => m.Length > 0));

    /// <param name="argument">What follows AUTH.</param>
    public async Task<(AuthenticationState State, string? User)> RunAsync(string argument)
    {
        var words = argument.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var mechanism = words.Length == 0 ? "" : words[0].ToUpperInvariant();
        var initial = words.Length > 1 ? Decode(words[1] == "=" ? "" : words[1]) : null;
        return !Mechanisms.Split(' ').Contains(mechanism) ? (AuthenticationState.UnknownMechanism, null) : mechanism switch
        {
            "PLAIN" => Plain(initial ?? await AskAsync("")),
            "LOGIN" => await LoginAsync(initial),
            "CRAM-MD5" => await CramMd5Async(),
            "SCRAM-SHA-256" => await ScramAsync(initial ?? await AskAsync("")),
            _ => await XOAuth2Async(initial ?? await AskAsync("")),
        };
    }

    private (AuthenticationState State, string? User) Plain(string? answer) =>
        answer?.Split('\0') is [_, var user, var password] ? Judge(user, password) : (AuthenticationState.Malformed, null);

    private async Task<(AuthenticationState State, string? User)> LoginAsync(string? initial)
    {
        var user = initial ?? await AskAsync("Username:");
        var password = user is null ? null : await AskAsync("Password:");
        return password is null ? (AuthenticationState.Malformed, null) : Judge(user!, password);
    }

    private async Task<(AuthenticationState State, string? User)> CramMd5Async()
    {
        var challenge = string.Create(CultureInfo.InvariantCulture, $"<{RandomNumberGenerator.GetInt32(int.MaxValue)}@{options.HostName}>");
        var answer = await AskAsync(challenge);
        var space = answer?.LastIndexOf(' ') ?? -1;
        if (space <= 0)
        {
            return (AuthenticationState.Malformed, null);
        }

        var user = answer![..space];
        return options.PasswordOf!(user) is { } password && answer == SaslCramMd5.Response(user, password, Encoding.ASCII.GetBytes(challenge))
            ? (AuthenticationState.Welcome, user)
            : (AuthenticationState.Refused, null);
    }

    private async Task<(AuthenticationState State, string? User)> ScramAsync(string? first)
    {
        var server = new ScramServer(options.PasswordOf!);
        if (first is null || server.First(first) is not { } challenge || await AskAsync(challenge) is not { } answer)
        {
            return (AuthenticationState.Malformed, null);
        }

        if (server.Final(answer) is not { } proof)
        {
            return (AuthenticationState.Refused, null);
        }

        // The client looks at our proof before it says an empty line.
        return await AskAsync(proof) is "" ? (AuthenticationState.Welcome, server.User) : (AuthenticationState.Refused, null);
    }

    private async Task<(AuthenticationState State, string? User)> XOAuth2Async(string? answer)
    {
        if (answer?.Split('\u0001') is not [var user, var bearer, "", ""]
            || !user.StartsWith("user=", StringComparison.Ordinal) || !bearer.StartsWith("auth=Bearer ", StringComparison.Ordinal))
        {
            return (AuthenticationState.Malformed, null);
        }

        if (options.AcceptToken!(user[5..], bearer[12..]))
        {
            return (AuthenticationState.Welcome, user[5..]);
        }

        await AskAsync("""{"status":"401","schemes":"bearer"}""");
        return (AuthenticationState.Refused, null);
    }

    private (AuthenticationState State, string? User) Judge(string user, string password) =>
        options.Authenticate?.Invoke(user, password) ?? options.PasswordOf!(user) == password
            ? (AuthenticationState.Welcome, user)
            : (AuthenticationState.Refused, null);

    private async Task<string?> AskAsync(string challenge)
    {
        wire.Line("334 " + Convert.ToBase64String(Encoding.UTF8.GetBytes(challenge)));
        await wire.FlushAsync();
        ReadOnlyMemory<byte> line;
        LineState state;
        while ((state = wire.TryReadLine(out line)) == LineState.Partial)
        {
            if (!await wire.FillAsync())
            {
                throw new IOException("the client left in the middle of AUTH");
            }
        }

        return state == LineState.Whole ? Decode(Encoding.ASCII.GetString(line.Span)) : throw new IOException("the client's answer to AUTH is no line");
    }

    private static string? Decode(string base64) => Scram.Base64(base64) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
}
