using System.Collections.Concurrent;
using System.Threading.Channels;

namespace CampaignEngine.Dispatching;

/// <summary>The desk between the coordinator and its lanes: granted packets out, results in, and who is ready.</summary>
internal sealed class LaneDesk(GrantWidth width, TimeProvider time) : ILaneDesk
{
    private readonly Channel<Packet> _packets = Channel.CreateUnbounded<Packet>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly ConcurrentQueue<ItemResult> _results = new();
    private readonly Lock _widthLock = new();
    private volatile TaskCompletionSource _wanted = New();
    private volatile TaskCompletionSource _wake = New();
    private volatile bool _draining;
    private volatile bool _over;
    private volatile string? _fault;
    private int _ready;
    private int _unsent;

    public ChannelReader<Packet> Packets => _packets.Reader;

    public bool IsDraining => _draining;

    public bool IsOver => _over;

    /// <summary>Lanes with a usable connection.</summary>
    public int Ready => Volatile.Read(ref _ready);

    /// <summary>Granted items that no lane has reported yet.</summary>
    public int Unsent => Volatile.Read(ref _unsent);

    public bool HasResults => !_results.IsEmpty;

    /// <summary>Why the last lane that tried could not be opened; null once one was.</summary>
    public string? Fault => _fault;

    /// <summary>The last complaint of a lane.</summary>
    public string? Complaint { get; private set; }

    public void Complain(string sentence) => Complaint = sentence;

    /// <summary>Few enough are left that the next grant should be made now.</summary>
    public bool IsStarving => Ready > 0 && Unsent < Ready * width.Current;

    public Task WhenWantedAsync() => _wanted.Task;

    public void LaneOpened()
    {
        _fault = null;
        Interlocked.Increment(ref _ready);
        Wake();
    }

    public void LaneClosed()
    {
        Interlocked.Decrement(ref _ready);
        Wake();
    }

    public void LaneFailed(string fault)
    {
        _fault = fault;
        Wake();
    }

    public void Report(Packet packet, int index, SendVerdict verdict)
    {
        var item = packet.Items[index];
        var (clean, at) = (Clean(verdict, item.Address), time.GetUtcNow());
        packet.Conclude(index, clean, at);
        packet.MarkDone(index);
        _results.Enqueue(new ItemResult(packet.Chunk, item, clean, at, packet.SlotOf(index)));
        Interlocked.Decrement(ref _unsent);
        if (IsStarving)
        {
            Wake();
        }
    }

    public void Finished(Packet packet, int sent, TimeSpan took)
    {
        lock (_widthLock)
        {
            width.Observe(sent, took);
        }
    }

    /// <summary>Puts a granted packet before the lanes.</summary>
    public void Hand(Packet packet)
    {
        Interlocked.Add(ref _unsent, packet.Items.Length);
        _packets.Writer.TryWrite(packet);
    }

    /// <summary>Hands in an end that no lane brought about.</summary>
    public void Add(ItemResult result) => _results.Enqueue(result);

    public void TakeResults(List<ItemResult> into, int most)
    {
        while (into.Count < most && _results.TryDequeue(out var result))
        {
            into.Add(result);
        }
    }

    /// <summary>Calls the lanes: something is to be sent.</summary>
    public void Want() => _wanted.TrySetResult();

    /// <summary>Nothing to send: a lane whose connection idles out is not to make a new one.</summary>
    public void Unwant()
    {
        if (_wanted.Task.IsCompleted && !_over)
        {
            _wanted = New();
        }
    }

    public void Drain() => _draining = true;

    public void End()
    {
        _over = true;
        _packets.Writer.TryComplete();
        _wanted.TrySetResult();
    }

    /// <summary>Waits until a lane starves, or the time is over.</summary>
    public async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        var wake = _wake;
        if (!wake.Task.IsCompleted)
        {
            await Task.WhenAny(wake.Task, Task.Delay(longest, time, cancellationToken));
        }

        if (wake.Task.IsCompleted)
        {
            _wake = New();
        }
    }

    public void Wake() => _wake.TrySetResult();

    // Replies quote addresses and may hold anything; the ledger takes neither.
    private static SendVerdict Clean(SendVerdict verdict, string address)
    {
        const int Longest = 300;
        if (verdict.Text is not { } text || (text.Length <= Longest && !text.Contains(address, StringComparison.OrdinalIgnoreCase) && !text.Any(char.IsControl)))
        {
            return verdict;
        }

        text = text.Replace(address, "the address", StringComparison.OrdinalIgnoreCase);
        text = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return verdict with { Text = text.Length <= Longest ? text : text[..(char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest)] };
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
