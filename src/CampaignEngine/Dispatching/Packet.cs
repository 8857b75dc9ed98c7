using CampaignEngine.Dispatching.Recording;

namespace CampaignEngine.Dispatching;

/// <summary>Granted items on their way through one lane, each with its slot in the flight recorder where there is one.</summary>
internal sealed class Packet(ChunkInHand chunk, SendItem[] items, long deadline, DateTimeOffset wallDeadline, FlightRecorder? recorder)
{
    private readonly int[] _slots = Array.ConvertAll(items, _ => recorder?.Reserve() ?? -1);
    private readonly bool[] _done = new bool[items.Length];
    private HashSet<int>? _suppressed;
    private int _left = items.Length;

    public ChunkInHand Chunk { get; } = chunk;

    public SendItem[] Items { get; } = items;

    public bool IsDone => Volatile.Read(ref _left) == 0;

    /// <summary>Both clocks are asked: the steady one stands still while a machine is suspended, the other one can be set.</summary>
    public bool IsTooLate(TimeProvider time) => time.GetTimestamp() >= deadline || time.GetUtcNow() >= wallDeadline;

    /// <summary>It is past the sending hours of these people.</summary>
    public bool IsPastHours(TimeProvider time) => time.GetUtcNow() >= Chunk.ClosesAt;

    public bool IsSuppressed(int index) => Volatile.Read(ref _suppressed) is { } set && set.Contains(index);

    /// <summary>Slot of an item; -1 without recorder.</summary>
    public int SlotOf(int index) => _slots[index];

    /// <summary>The next write for this item holds its terminator.</summary>
    public void MarkOnTheWire(int index) => recorder?.Mark(_slots[index], Chunk.Mailing.Mailing.MailingId, Items[index]);

    public void Conclude(int index, SendVerdict verdict, DateTimeOffset at) =>
        recorder?.Conclude(_slots[index], Chunk.Mailing.Mailing.MailingId, Items[index], verdict, at);

    public void MarkDone(int index)
    {
        _done[index] = true;
        Interlocked.Decrement(ref _left);
    }

    public void AddOpenKeys(List<byte[]> keys)
    {
        for (var index = 0; index < Items.Length; index++)
        {
            if (!_done[index])
            {
                keys.Add(Items[index].RecipientKey);
            }
        }
    }

    /// <summary>Publishes a new set: a lane never sees one that is being changed.</summary>
    public void MarkSuppressed(HashSet<string> hexKeys)
    {
        var set = new HashSet<int>();
        for (var index = 0; index < Items.Length; index++)
        {
            if (hexKeys.Contains(Convert.ToHexString(Items[index].RecipientKey)))
            {
                set.Add(index);
            }
        }

        Volatile.Write(ref _suppressed, set.Count == 0 ? null : set);
    }
}

/// <summary>The end of one attempt on its way into the ledger.</summary>
/// <param name="Slot">In the flight recorder, to be freed when the end is durable; -1: none.</param>
internal readonly record struct ItemResult(ChunkInHand Chunk, SendItem Item, SendVerdict Verdict, DateTimeOffset At, int Slot = -1);
