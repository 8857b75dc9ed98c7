using CampaignEngine.Mail.Composing;

namespace CampaignEngine.Mail.Receiving;

/// <summary>How much of a message is looked at. What lies beyond is left out, and <see cref="ReadMail.IsComplete"/> is false.</summary>
public sealed record MailReaderLimits
{
    /// <summary>Header lines of the whole message and of each part. Default 500.</summary>
    public int MostHeaders { get; init; } = 500;

    /// <summary>Parts in all. Default 100.</summary>
    public int MostParts { get; init; } = 100;

    /// <summary>Multiparts within multiparts. Default 8.</summary>
    public int Depth { get; init; } = 8;

    /// <summary>Bytes of one decoded text. Default 4 MiB.</summary>
    public int LargestText { get; init; } = 4 * 1024 * 1024;

    /// <summary>Links. Default 1,000.</summary>
    public int MostLinks { get; init; } = 1000;
}

/// <summary>A message as a person's mail program would show it.</summary>
public sealed record ReadMail
{
    /// <summary>All headers of the message in order, unfolded, encoded words decoded.</summary>
    public required IReadOnlyList<MessageHeader> Headers { get; init; }

    /// <summary>The first text/plain part; null when there is none.</summary>
    public string? Text { get; init; }

    /// <summary>The first text/html part; null when there is none.</summary>
    public string? Html { get; init; }

    /// <summary>Targets of href in the HTML, in order, each once; without HTML, the web addresses of the text.</summary>
    public IReadOnlyList<string> Links { get; init; } = [];

    /// <summary>False when a limit or damage cut the reading short.</summary>
    public bool IsComplete { get; init; } = true;

    public string Subject => Header("Subject") ?? "";

    public string From => Header("From") ?? "";

    public string To => Header("To") ?? "";

    /// <summary>Without angle brackets; empty when missing.</summary>
    public string MessageId => (Header("Message-ID") ?? "").Trim().TrimStart('<').TrimEnd('>');

    /// <summary>The first header of that name, letter case aside; null when missing.</summary>
    public string? Header(string name)
    {
        foreach (var header in Headers)
        {
            if (header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return header.Value;
            }
        }

        return null;
    }
}
