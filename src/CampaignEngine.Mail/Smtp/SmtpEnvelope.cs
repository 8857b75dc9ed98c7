using CampaignEngine.Mail.Addresses;

namespace CampaignEngine.Mail.Smtp;

/// <summary>Whom a message is from and to on the wire. One recipient: every message is personal, and so is every verdict.</summary>
/// <param name="Sender">The return path; <c>default</c> is the empty one, written <c>&lt;&gt;</c>.</param>
/// <param name="Recipient">The person.</param>
public readonly record struct SmtpEnvelope(EmailAddress Sender, EmailAddress Recipient)
{
    /// <summary>ENVID (RFC 3461), which delivery reports repeat: ASCII, at most 100 characters. Null: none.</summary>
    public string? Id { get; init; }

    internal bool NeedsSmtpUtf8 => Sender.NeedsSmtpUtf8 || Recipient.NeedsSmtpUtf8;
}
