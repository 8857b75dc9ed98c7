using CampaignEngine.Scheduling;

namespace CampaignEngine.Dispatching;

/// <summary>A mailing this worker has messages of. The coordinator writes the state, lanes read it before each terminator.</summary>
internal sealed class MailingInHand(MailingToSend mailing)
{
    private volatile int _state = (int)MailingState.Running;

    public MailingToSend Mailing { get; } = mailing;

    /// <summary>As <see cref="LimitedGroup.LastTurn"/>, of all its groups.</summary>
    public long LastTurn { get; set; }

    public MailingState State
    {
        get => (MailingState)_state;
        set => _state = (int)value;
    }
}

/// <summary>A chunk as it was acquired.</summary>
/// <param name="Zone">IANA zone of its people; null: the engine's.</param>
/// <param name="Country">Of its people, where law tells when they may be written to; null elsewhere.</param>
/// <param name="Provider">Of its people's mailboxes, where it has a limit of its own; null elsewhere.</param>
internal sealed record AcquiredChunk(int MailingId, int ChunkNo, int Epoch, int Next, int Last, string? Zone, string? Country, string? Provider);

/// <summary>A chunk this worker owns in one epoch. Only the coordinator touches it.</summary>
internal sealed class ChunkInHand(MailingInHand mailing, int chunkNo, int epoch, int next, int last)
{
    public MailingInHand Mailing { get; } = mailing;

    /// <summary>Whose limits it keeps to.</summary>
    public LimitedGroup Group { get; init; } = new(mailing, null, []);

    /// <summary>What lanes ask before each terminator.</summary>
    public MailingState State => Mailing.State == MailingState.Running && Group.IsPaused ? MailingState.Paused : Mailing.State;

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

    /// <summary>When the sending hours of its people end; the last instant when they do not.</summary>
    public DateTimeOffset ClosesAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>When they begin again; null while they last.</summary>
    public DateTimeOffset? ReopensAt { get; set; }

    /// <summary>Zone of its people.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>When its people may be written to; null: at any time.</summary>
    public SendingHours? Hours { get; init; }

    public int Ungranted => Last - Next + 1;

    public bool IsExhausted => Stopped || (Ungranted <= 0 && RetriesTaken);
}
