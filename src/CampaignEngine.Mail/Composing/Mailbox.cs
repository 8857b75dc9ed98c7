using CampaignEngine.Mail.Addresses;

namespace CampaignEngine.Mail.Composing;

/// <summary>An address with the name shown beside it.</summary>
/// <param name="Address">Checked address.</param>
/// <param name="DisplayName">Any text without control characters, or null for the bare address.</param>
public readonly record struct Mailbox(EmailAddress Address, string? DisplayName = null);
