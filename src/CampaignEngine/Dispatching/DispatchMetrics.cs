using CampaignEngine.Operating;

namespace CampaignEngine.Dispatching;

/// <summary>What one worker's channel adds to the figures.</summary>
internal sealed class DispatchMetrics(string channel)
{
    private readonly KeyValuePair<string, object?> _channel = new("channel", channel);
    private (int Chunks, int Connections, int InHand) _shown;

    public void Ticked(TickEnd end, TimeSpan took)
    {
        EngineMeter.Ticks.Add(1, _channel, new("end", Name(end)));
        EngineMeter.TickTime.Record(took.TotalSeconds, _channel);
    }

    /// <summary>Attempts whose end is in the ledger now.</summary>
    public void Ended(DispatchCounts counts)
    {
        Add("accepted", counts.Accepted);
        Add("rejected", counts.Rejected);
        Add("deferred", counts.Deferred);
        Add("not_attempted", counts.NotAttempted);
        Add("skipped", counts.Skipped);
        Add("expired", counts.Expired);
        Add("cancelled", counts.Cancelled);
        Add("in_doubt", counts.InDoubt);
    }

    /// <summary>What is in hand now; nothing when the worker ends.</summary>
    public void Holds(int chunks, int connections, int inHand)
    {
        EngineMeter.Chunks.Add(chunks - _shown.Chunks, _channel);
        EngineMeter.Connections.Add(connections - _shown.Connections, _channel);
        EngineMeter.InHand.Add(inHand - _shown.InHand, _channel);
        _shown = (chunks, connections, inHand);
    }

    private void Add(string outcome, long count)
    {
        if (count > 0)
        {
            EngineMeter.Messages.Add(count, _channel, new("outcome", outcome));
        }
    }

    private static string Name(TickEnd end) => end switch
    {
        TickEnd.Committed => "committed",
        TickEnd.Refused => "refused",
        TickEnd.Lost => "lost",
        _ => "unknown",
    };
}
