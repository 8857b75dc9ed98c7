using CampaignEngine.Dispatching;

namespace CampaignEngine.Rehearsing;

/// <summary>Counts how the messages of one drop ended, from many lanes at once.</summary>
internal sealed class Tally(Action<long> progress)
{
    private const int ProgressEvery = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<SendOutcome, long> _counts = [];
    private long _all;
    private string? _example;

    public void Add(SendVerdict verdict)
    {
        lock (_lock)
        {
            _counts[verdict.Outcome] = _counts.GetValueOrDefault(verdict.Outcome) + 1;
            if (verdict.Outcome != SendOutcome.Accepted)
            {
                _example ??= verdict.Text;
            }

            if (++_all % ProgressEvery == 0)
            {
                progress(_all);
            }
        }
    }

    public RehearsedDrop Result(string drop, string channel, long bytes, double seconds, decimal unitCost)
    {
        long Of(SendOutcome outcome) => _counts.GetValueOrDefault(outcome);
        return new RehearsedDrop(
            drop, channel, _all, Of(SendOutcome.Accepted), Of(SendOutcome.Deferred), Of(SendOutcome.Rejected), Of(SendOutcome.InDoubt), Of(SendOutcome.NotAttempted),
            Of(SendOutcome.Skipped), bytes, seconds, seconds > 0 ? _all / seconds : 0, _all * unitCost, _example);
    }
}
