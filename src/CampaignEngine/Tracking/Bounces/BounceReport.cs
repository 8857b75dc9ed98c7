using System.Security.Cryptography;
using System.Text;
using CampaignEngine.Tracking.Replies;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>One recipient of one mail as it goes into engine.bounce.</summary>
public sealed record BounceReport
{
    /// <summary>The same for a mail however often it comes: hash of its Message-ID and body, for every server on the way adds headers.</summary>
    public required byte[] MailKey { get; init; }

    public required BounceRow Row { get; init; }

    /// <summary>Of the recipient within the mail, from 1.</summary>
    public required int Place { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>When it came: now by SMTP, as it says itself in stored mail.</summary>
    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The item that the mail proves to be about; null: it proves nothing.</summary>
    public (int MailingId, int Ordinal, string How)? Proof { get; init; }

    /// <summary>Of the address that the mail names; null when it names none.</summary>
    public byte[]? RecipientKey { get; init; }

    /// <summary>A person asks for no more mail.</summary>
    public bool Complains { get; init; }

    /// <summary>What a person wrote; null: it is no reply.</summary>
    public PersonalMail? Personal { get; init; }

    /// <summary>Addresses it was sent to, by SMTP and by its own headers.</summary>
    public IReadOnlyList<string> SentTo { get; init; } = [];

    internal static byte[] KeyOf(ReadOnlySpan<byte> mail, string? messageId)
    {
        var head = mail.IndexOf("\r\n\r\n"u8) is var crlf and >= 0 ? crlf : mail.IndexOf("\n\n"u8);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(messageId ?? ""));
        hash.AppendData([0]);
        hash.AppendData(mail[Math.Max(0, head)..]);
        return hash.GetHashAndReset()[..16];
    }
}

/// <summary>What became of a report.</summary>
public enum BounceOutcome
{
    /// <summary>Recorded; by the policy of engine.yaml it changes nothing for now.</summary>
    Recorded,

    /// <summary>The recipient is suppressed from now on.</summary>
    Suppressed,

    /// <summary>It was known already.</summary>
    Known,

    /// <summary>Recorded, but the mail carries nothing of ours that proves it: it changes nothing.</summary>
    Unproven,

    /// <summary>A person wrote: an event, and an answer by rule or a case.</summary>
    Reply,

    /// <summary>No report and nothing of ours: not recorded.</summary>
    Ignored,
}
