namespace CampaignEngine.Dispatching;

/// <summary>A mailing this worker has messages of. The coordinator writes the state, lanes read it before each terminator.</summary>
internal sealed class MailingInHand(MailingToSend mailing)
{
    private volatile int _state = (int)MailingState.Running;

    public MailingToSend Mailing { get; } = mailing;

    public MailingState State
    {
        get => (MailingState)_state;
        set => _state = (int)value;
    }
}

/// <summary>A chunk this worker owns in one epoch. Only the coordinator touches it.</summary>
internal sealed class ChunkInHand(MailingInHand mailing, int chunkNo, int epoch, int next, int last)
{
    public MailingInHand Mailing { get; } = mailing;

    public int ChunkNo { get; } = chunkNo;

    public int Epoch { get; } = epoch;

    /// <summary>The cursor as this worker saw it last.</summary>
    public int Next { get; set; } = next;

    public int Last { get; } = last;

    /// <summary>No retry was due when last asked.</summary>
    public bool RetriesTaken { get; set; }

    /// <summary>No further grants: taken over, paused, ended, or given back.</summary>
    public bool Stopped { get; set; }

    /// <summary>Granted items whose end is not committed yet.</summary>
    public int Open { get; set; }

    public int Ungranted => Last - Next + 1;

    public bool IsExhausted => Stopped || (Ungranted <= 0 && RetriesTaken);
}

/// <summary>Granted items on their way through one lane.</summary>
internal sealed class Packet(ChunkInHand chunk, SendItem[] items, long deadline, DateTimeOffset wallDeadline)
{
    private readonly bool[] _done = new bool[items.Length];
    private HashSet<int>? _suppressed;
    private int _left = items.Length;

    public ChunkInHand Chunk { get; } = chunk;

    public SendItem[] Items { get; } = items;

    public bool IsDone => Volatile.Read(ref _left) == 0;

    /// <summary>Both clocks are asked: the steady one stands still while a machine is suspended, the other one can be set.</summary>
    public bool IsTooLate(TimeProvider time) => time.GetTimestamp() >= deadline || time.GetUtcNow() >= wallDeadline;

    public bool IsSuppressed(int index) => Volatile.Read(ref _suppressed) is { } set && set.Contains(index);

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
internal readonly record struct ItemResult(ChunkInHand Chunk, SendItem Item, SendVerdict Verdict, DateTimeOffset At);
