using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Reports;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>Complaints: reports of RFC 5965, and those that providers send without its form.</summary>
internal static class FeedbackNotices
{
    /// <summary>Headers in which providers keep the recipient within the returned message (Microsoft JMRP, Yahoo, and what relays add).</summary>
    private static readonly string[] RecipientHeaders = ["X-HmXmrOriginalRecipient", "X-Apparently-To", "X-Original-To", "Delivered-To", "To"];

    /// <param name="text">The message/feedback-report part.</param>
    public static BounceMail Read(string text, BounceMail mail)
    {
        var report = new ReportBlock([.. ReportFields.Read(text).SelectMany(b => b.Fields)]);
        var type = (report["Feedback-Type"] ?? "").Trim().ToLowerInvariant();
        var named = report.All("Original-Rcpt-To").Concat(report.All("Redacted-Address")).Select(ReportFields.Address).OfType<string>().ToList();
        if (named.Count == 0)
        {
            named = [.. report.All("Removal-Recipient").Select(ReportFields.Address).OfType<string>()];
        }

        return Of(mail, type, named.Count > 0 ? named : FromOriginal(mail));
    }

    /// <summary>A mail whose subject says that it is a complaint; null where no message came back that it could be about.</summary>
    public static BounceMail? ByHeaders(BounceMail mail) => mail.Original.Count == 0 ? null : Of(mail, "abuse", FromOriginal(mail));

    public static BounceMail Of(BounceMail mail, string type, IReadOnlyList<string> recipients) => mail with
    {
        Kind = BounceMailKind.Feedback,
        FeedbackType = type,
        Recipients = recipients.Count == 0 ? [new BounceEvidence { Text = type }]
            : [.. recipients.Take(BounceReader.MostRecipients).Select(r => new BounceEvidence { Recipient = r, Text = type })],
    };

    private static IReadOnlyList<string> FromOriginal(BounceMail mail) =>
        RecipientHeaders.Select(name => MailParts.Find(mail.Original, name)).OfType<string>().Select(v => AddressFinder.In(v).FirstOrDefault()).OfType<string>().Take(1).ToList();
}
