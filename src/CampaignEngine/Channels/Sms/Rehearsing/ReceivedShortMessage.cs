using System.Text;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Rendering.ShortMessages;

namespace CampaignEngine.Channels.Sms.Rehearsing;

/// <summary>One SMS as the gateway double understood the request.</summary>
public sealed record ReceivedShortMessage
{
    public required string From { get; init; }

    /// <summary>E.164 with plus sign, whatever the request wrote.</summary>
    public required string To { get; init; }

    public required string Text { get; init; }

    /// <summary>Reference of the sender; empty where the request has none.</summary>
    public string Key { get; init; } = "";

    /// <summary>Where the sender wants to hear what became of it; null for nowhere.</summary>
    public string? ReceiptUrl { get; init; }

    /// <summary>Number that the reply gives back.</summary>
    public required string Id { get; init; }

    /// <summary>How the request looked: its path says which gateway was meant.</summary>
    public required string Path { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>As an entry of the inbox, which keeps mail: headers and the text, so that the same commands list, count and show it.</summary>
    public ReceivedMessage ToStored()
    {
        var size = ShortMessage.Measure(Text);
        var subject = Text.ReplaceLineEndings(" ");
        var content = new StringBuilder()
            .Append("From: ").Append(Line(From)).Append("\r\nTo: ").Append(Line(To))
            .Append("\r\nSubject: ").Append(Line(subject.Length <= 70 ? subject : subject[..(char.IsHighSurrogate(subject[69]) ? 69 : 70)]))
            .Append("\r\nMessage-ID: <").Append(Line(Key.Length > 0 ? Key : Id)).Append('>')
            .Append(System.Globalization.CultureInfo.InvariantCulture, $"\r\nX-Sms: {(size.Encoding == ShortMessageEncoding.Gsm7 ? "GSM 7 bit" : "UCS-2")}, {size.Units} units, {size.Segments} segments")
            .Append("\r\nX-Gateway-Path: ").Append(Line(Path))
            .Append("\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n")
            .Append(Text);
        return new ReceivedMessage { Sender = From, Recipients = [To], Data = Encoding.UTF8.GetBytes(content.ToString()), ReceivedAt = ReceivedAt, HelloName = "sms" };
    }

    private static string Line(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
