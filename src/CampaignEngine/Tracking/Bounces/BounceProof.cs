using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Receiving;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>
/// Finds in a mail what only a receiver of our message can have: the return path it was sent to, or our Message-ID within what it returns. Without it, anybody could
/// have written the mail, and the address that it names is a claim.
/// </summary>
public sealed class BounceProof(ReturnPaths returnPaths, MessageIds messageIds)
{
    /// <param name="envelope">Recipients of the mail by SMTP; empty for stored mail.</param>
    /// <returns>The item and how it was found: return_path or message_id. Null: nothing of ours.</returns>
    public (int MailingId, int Ordinal, string How)? Find(BounceMail mail, IReadOnlyList<string> envelope)
    {
        foreach (var address in envelope.Concat(mail.SentTo))
        {
            if (returnPaths.TryRead(address, out var item))
            {
                return (item.MailingId, item.Ordinal, "return_path");
            }
        }

        foreach (var id in Ids(mail))
        {
            if (messageIds.TryRead(id, out var mailing, out var ordinal))
            {
                return (mailing, ordinal, "message_id");
            }
        }

        return null;
    }

    private static IEnumerable<string> Ids(BounceMail mail)
    {
        if (MailParts.Find(mail.Original, "Message-ID") is { } returned)
        {
            yield return returned;
        }

        foreach (var quoted in mail.QuotedIds)
        {
            yield return quoted;
        }
    }
}
