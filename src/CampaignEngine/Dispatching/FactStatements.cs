using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Dispatching;

/// <summary>Sorts the ends of attempts into the statements that append them: final ones, those with another attempt to come, doubts.</summary>
internal static class FactStatements
{
    public static void Add(NpgsqlBatch batch, IEnumerable<ItemResult> results, RetrySchedule retry)
    {
        var ends = new FactColumns();
        var unfinished = new FactColumns();
        var doubts = new FactColumns();
        foreach (var result in results)
        {
            var outcome = result.Verdict.Outcome;
            if (outcome == SendOutcome.InDoubt)
            {
                doubts.Add(result, default);
            }
            else if (!outcome.NeedsAnotherAttempt())
            {
                ends.Add(result, default);
            }
            else if (retry.After(outcome, Counted(result.Item, outcome), result.Item.RecipientKey[^1] / 256.0, result.Verdict.RetryAfter) is { } delay)
            {
                unfinished.Add(result, delay);
            }
            else
            {
                ends.Add(result, default);
                ends.Add(result with { Item = result.Item with { Attempt = result.Item.Attempt + 1 }, Verdict = GivenUp(result) }, default);
            }
        }

        if (ends.Count > 0)
        {
            ends.Fill(Add(batch, "AppendOutcomes"), withChunks: false);
        }

        if (unfinished.Count > 0)
        {
            unfinished.Fill(Add(batch, "AppendUnfinished"), withChunks: true);
        }

        if (doubts.Count > 0)
        {
            doubts.FillDoubts(Add(batch, "AppendDoubts"));
        }
    }

    // That our own side cut attempts short does not make a recipient's relay refuse any oftener.
    private static int Counted(SendItem item, SendOutcome outcome) => outcome == SendOutcome.Deferred ? item.Attempt - item.CutShort : item.Attempt;

    private static SendVerdict GivenUp(ItemResult result) =>
        new(SendOutcome.Expired, result.Verdict.Code, $"given up after {result.Item.Attempt} attempts: {result.Verdict.Text}");

    private static NpgsqlBatchCommand Add(NpgsqlBatch batch, string name)
    {
        var command = new NpgsqlBatchCommand(SqlFile.Load<LedgerConnection>(name));
        batch.BatchCommands.Add(command);
        return command;
    }
}
