using System.Runtime.CompilerServices;
using CampaignEngine.Mail.Stored;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>Stored mail → mails with their classified recipients, one at a time.</summary>
public sealed class BounceFiles(BounceRules rules)
{
    private readonly BounceReader _reader = new(rules);

    /// <returns>Every mail has at least one row; one that reports nothing has a row of class <c>other</c>. The number of a row counts within its file.</returns>
    public async IAsyncEnumerable<(BounceMail Mail, IReadOnlyList<BounceRow> Rows)> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (file, index) = ("", 0);
        await foreach (var stored in MailFiles.ReadAsync(path, cancellationToken))
        {
            (file, index) = stored.File == file ? (file, index) : (stored.File, 0);
            var mail = _reader.Read(stored.Data);
            var rows = new List<BounceRow>(1);
            foreach (var evidence in mail.Recipients.Count > 0 ? mail.Recipients : [new BounceEvidence()])
            {
                rows.Add(BounceRow.Of(file, ++index, mail, evidence, rules.Classify(mail, evidence)));
            }

            yield return (mail, rows);
        }
    }
}
