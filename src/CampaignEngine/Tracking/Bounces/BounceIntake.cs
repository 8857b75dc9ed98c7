using CampaignEngine.Deduplication;
using CampaignEngine.Mail.Receiving;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>A mail → its reports, tied to what they prove, with their classes. Safe for many threads.</summary>
public sealed class BounceIntake(BounceRules rules, BounceProof proof, ContactPoints contacts, TimeProvider clock)
{
    private readonly BounceReader _reader = new(rules);

    /// <param name="mail">The message; not kept.</param>
    /// <param name="envelope">Its recipients by SMTP; empty for stored mail.</param>
    /// <param name="file">Where it lies, for people.</param>
    /// <param name="index">Rows of that file so far.</param>
    /// <param name="sender">Its sender by SMTP; empty for none, as machines write; null for stored mail.</param>
    public IReadOnlyList<BounceReport> Read(ReadOnlyMemory<byte> mail, IReadOnlyList<string> envelope, string file, int index, string? sender = null)
    {
        var read = _reader.Read(mail);
        var key = BounceReport.KeyOf(mail.Span, read.MessageId);
        var now = clock.GetUtcNow();
        var at = MailDate.TryRead(read.Date, out var date) && date < now ? date : now;
        var item = proof.Find(read, envelope);
        var reports = new List<BounceReport>(1);
        foreach (var evidence in read.Recipients.Count > 0 ? read.Recipients : [new BounceEvidence()])
        {
            var row = BounceRow.Of(file, index + reports.Count + 1, read, evidence, rules.Classify(read, evidence));
            reports.Add(new BounceReport
            {
                MailKey = key,
                Row = row,
                Place = reports.Count + 1,
                At = at,
                ReceivedAt = sender is null ? at : now,
                // A message has one recipient. What a report says about further ones is about somebody else's mail.
                Proof = reports.Count == 0 ? item : null,
                RecipientKey = contacts.Normalise("email", row.Recipient, country: null).Key,
                Personal = sender is "" ? null : read.Personal,
                SentTo = [.. envelope, .. read.SentTo],
                Complains = read.Kind == BounceMailKind.Feedback && rules.Complains(read.FeedbackType),
            });
        }

        return reports;
    }
}
