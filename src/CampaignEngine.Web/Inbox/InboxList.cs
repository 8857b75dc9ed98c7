using CampaignEngine.Mail.Receiving;
using CampaignEngine.Rehearsing.Returns;

namespace CampaignEngine.Web.Inbox;

/// <summary>A message that arrived, and what was sent back about it, oldest first.</summary>
internal sealed record InboxEntry(StoredMessage Message, IReadOnlyList<SentBack> SentBack);

/// <summary>What was asked for, newest first.</summary>
/// <param name="Count">All messages of the store.</param>
/// <param name="HasOlder">There are more behind the last entry.</param>
internal sealed record InboxList(InboxQuery Query, long Count, IReadOnlyList<InboxEntry> Entries, bool HasOlder)
{
    /// <summary>What to ask for as <c>before</c> to read on; null when this is the end.</summary>
    public long? Next => HasOlder ? Entries[^1].Message.Number : null;
}
