using System.Runtime.CompilerServices;
using CampaignEngine.Mail.Stored;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>Stored mail → rows, in batches of one transaction each.</summary>
/// <param name="store">Null: nothing is stored, every row is <see cref="BounceOutcome.Ignored"/>.</param>
public sealed class BounceFiles(BounceIntake intake, BounceStore? store)
{
    private const int Batch = 500;

    /// <summary>Mails read so far.</summary>
    public long Mails { get; private set; }

    /// <summary>Of them: longer than what is kept of a mail, and read up to there.</summary>
    public long Cut { get; private set; }

    /// <returns>Every mail has at least one row; one that reports nothing has a row of class <c>other</c>. The number of a row counts within its file.</returns>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A gzip file or an archive is damaged; what was read before is stored.</exception>
    public async IAsyncEnumerable<(BounceRow Row, BounceOutcome Outcome)> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (file, index) = ("", 0);
        var waiting = new List<BounceReport>(Batch);
        await using var mails = MailFiles.ReadAsync(path, cancellationToken).GetAsyncEnumerator(cancellationToken);
        Exception? damage = null;
        while (damage is null)
        {
            var more = false;
            try
            {
                more = await mails.MoveNextAsync();
            }
            catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                damage = fault;
            }

            if (more)
            {
                var stored = mails.Current;
                (file, index) = stored.File == file ? (file, index) : (stored.File, 0);
                var reports = intake.Read(stored.Data, [], file, index);
                index += reports.Count;
                Mails++;
                Cut += stored.IsCut ? 1 : 0;
                waiting.AddRange(reports);
            }

            if (!more || waiting.Count >= Batch)
            {
                var outcomes = store is null ? null : await store.StoreAsync(waiting, cancellationToken);
                for (var i = 0; i < waiting.Count; i++)
                {
                    yield return (waiting[i].Row, outcomes?[i] ?? BounceOutcome.Ignored);
                }

                waiting.Clear();
            }

            if (!more)
            {
                break;
            }
        }

        if (damage is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(damage);
        }
    }
}
