namespace CampaignEngine.Mail.Smtp;

/// <summary>What the relay said it can do in its answer to EHLO.</summary>
public sealed record SmtpCapabilities
{
    /// <summary>RFC 2920.</summary>
    public bool Pipelining { get; private init; }

    /// <summary>RFC 6152.</summary>
    public bool EightBitMime { get; private init; }

    /// <summary>RFC 6531.</summary>
    public bool SmtpUtf8 { get; private init; }

    /// <summary>RFC 3207.</summary>
    public bool StartTls { get; private init; }

    /// <summary>RFC 2034.</summary>
    public bool EnhancedStatusCodes { get; private init; }

    /// <summary>RFC 3030: BDAT.</summary>
    public bool Chunking { get; private init; }

    /// <summary>RFC 3461.</summary>
    public bool Dsn { get; private init; }

    /// <summary>RFC 1870: SIZE is offered.</summary>
    public bool Size { get; private init; }

    /// <summary>Largest message in bytes; 0 when the relay names no limit.</summary>
    public long LargestMessage { get; private init; }

    /// <summary>AUTH mechanisms in upper case.</summary>
    public IReadOnlyList<string> Authentication { get; private init; } = [];

    /// <summary>Reads the lines after the first of a 250 answer to EHLO; unknown words are skipped.</summary>
    internal static SmtpCapabilities Read(IEnumerable<string> lines)
    {
        var found = new SmtpCapabilities();
        foreach (var line in lines)
        {
            // "AUTH=LOGIN" is how some old servers repeat the line for even older clients.
            var words = line.ToUpperInvariant().Split([' ', '='], StringSplitOptions.RemoveEmptyEntries);
            found = words switch
            {
                ["PIPELINING"] => found with { Pipelining = true },
                ["8BITMIME"] => found with { EightBitMime = true },
                ["SMTPUTF8"] => found with { SmtpUtf8 = true },
                ["CHUNKING"] => found with { Chunking = true },
                ["DSN"] => found with { Dsn = true },
                ["STARTTLS"] => found with { StartTls = true },
                ["ENHANCEDSTATUSCODES"] => found with { EnhancedStatusCodes = true },
                ["SIZE", var limit, ..] when long.TryParse(limit, out var bytes) && bytes >= 0 => found with { Size = true, LargestMessage = bytes },
                ["SIZE"] => found with { Size = true },
                ["AUTH", .. var mechanisms] => found with { Authentication = [.. found.Authentication.Union(mechanisms)] },
                _ => found,
            };
        }

        return found;
    }
}
