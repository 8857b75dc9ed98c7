using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Receiving;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>
/// Finds in a mail what only a receiver of our message can have: the return path or Reply-To address it was sent to, the token of List-Unsubscribe, or our Message-ID
/// within what it returns. Without it, anybody could have written the mail, and the address that it names is a claim.
/// </summary>
public sealed class BounceProof(ItemTokens tokens, ReturnPaths returnPaths, MessageIds messageIds)
{
    private readonly ReturnPaths _replyTo = ReturnPaths.ForReplies(tokens, returnPaths.Domain);

    /// <param name="envelope">Recipients of the mail by SMTP; empty for stored mail.</param>
    /// <returns>The item and how it was found: unsubscribe, return_path, reply_to or message_id. Null: nothing of ours.</returns>
    public (int MailingId, int Ordinal, string How)? Find(BounceMail mail, IReadOnlyList<string> envelope)
    {
        if (mail.UnsubscribeToken is { } token && tokens.TryRead(token, TokenPurpose.Unsubscribe, out var unsubscribed))
        {
            return (unsubscribed.MailingId, unsubscribed.Ordinal, "unsubscribe");
        }

        foreach (var address in envelope.Concat(mail.SentTo))
        {
            if (returnPaths.TryRead(address, out var item))
            {
                return (item.MailingId, item.Ordinal, "return_path");
            }

            if (_replyTo.TryRead(address, out item))
            {
                return (item.MailingId, item.Ordinal, "reply_to");
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
