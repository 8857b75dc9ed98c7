using System.Threading.Channels;
using CampaignEngine.Operating;

namespace CampaignEngine.Dispatching;

/// <summary>What lanes and the coordinator share: packets one way, results the other.</summary>
internal interface ILaneDesk
{
    /// <summary>Granted packets; completed when the worker ends.</summary>
    ChannelReader<Packet> Packets { get; }

    /// <summary>Completes when there is something to send, or the worker ends.</summary>
    Task WhenWantedAsync();

    bool IsDraining { get; }

    /// <summary>The worker has nothing more for any lane.</summary>
    bool IsOver { get; }

    void LaneOpened();

    void LaneClosed();

    void LaneFailed(string fault);

    /// <summary>Something an operator should read.</summary>
    void Complain(string sentence);

    void Report(Packet packet, int index, SendVerdict verdict);

    void Finished(Packet packet, int sent, TimeSpan took);
}

/// <summary>One connection's loop: take a packet, load what its messages need, then for each item render, prepare, render the next, ask, commit, report.</summary>
internal sealed class Lane
{
    private static readonly TimeSpan IdleClose = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private readonly ILaneDesk _desk;
    private readonly IChannelLane _channel;
    private readonly IMessageSource _source;
    private readonly CrashPoint _crash;
    private readonly TimeProvider _time;
    private readonly Func<bool> _mayStillEnd;
    private readonly Action _terminatorWritten;
    private OutgoingMessage _message = new();
    private OutgoingMessage _next = new();
    private (Packet Packet, int Index) _held;

    public Lane(ILaneDesk desk, IChannelLane channel, IMessageSource source, CrashPoint crash, TimeProvider time)
    {
        (_desk, _channel, _source, _crash, _time) = (desk, channel, source, crash, time);
        _mayStillEnd = () => Ask(_held.Packet, _held.Index) is null;
        _terminatorWritten = () => crash.Hit(CrashPoint.AfterTerminator);
    }

    public async Task RunAsync(CancellationToken over)
    {
        var pause = TimeSpan.FromMilliseconds(250);
        while (!_desk.IsOver)
        {
            await _desk.WhenWantedAsync();
            if (_desk.IsOver)
            {
                break;
            }

            if (await _channel.OpenAsync(over) is { } fault)
            {
                _desk.LaneFailed(fault);
                await Task.Delay(pause, _time, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                continue;
            }

            pause = TimeSpan.FromMilliseconds(250);
            _desk.LaneOpened();
            try
            {
                await SendWhileOpenAsync(over);
            }
            finally
            {
                _desk.LaneClosed();
            }
        }
    }

    private async Task SendWhileOpenAsync(CancellationToken over)
    {
        while (_channel.IsOpen)
        {
            if (!_desk.Packets.TryRead(out var packet))
            {
                var more = _desk.Packets.WaitToReadAsync(over).AsTask();
                await Task.WhenAny(more, Task.Delay(IdleClose, _time, over));
                if (!more.IsCompletedSuccessfully || !more.Result)
                {
                    return;
                }

                continue;
            }

            await SendPacketAsync(packet);
        }
    }

    private async Task SendPacketAsync(Packet packet)
    {
        using var span = EngineTraces.Start("send")?.SetTag("campaign", packet.Chunk.Mailing.Mailing.Campaign).SetTag("mailing", packet.Chunk.Mailing.Mailing.MailingId).SetTag("messages", packet.Items.Length);
        var start = _time.GetTimestamp();
        IMessageBatch batch;
        try
        {
            batch = await _source.LoadAsync(packet.Chunk.Mailing.Mailing, packet.Items, CancellationToken.None);
        }
        catch (Exception fault) when (fault is System.Data.Common.DbException or IOException or TimeoutException)
        {
            // Nothing was sent: the items go back and are tried again when the database answers.
            ReportRest(packet, 0, new SendVerdict(SendOutcome.NotAttempted, 0, $"the customer data could not be read: {fault.Message}"));
            return;
        }
        catch (MessagesUnavailableException fault)
        {
            _desk.Complain(fault.Message);
            ReportRest(packet, 0, new SendVerdict(SendOutcome.NotAttempted, 0, fault.Message));
            return;
        }

        using (batch)
        {
            var sent = 0;
            var index = BuildNext(packet, 0, batch);
            while (index < packet.Items.Length)
            {
                if (!_channel.IsOpen && await _channel.OpenAsync(CancellationToken.None) is { } fault)
                {
                    ReportRest(packet, index, new SendVerdict(SendOutcome.NotAttempted, 0, fault));
                    return;
                }

                (_message, _next) = (_next, _message);
                var ended = await _channel.PrepareAsync(_message, CancellationToken.None);
                var following = BuildNext(packet, index + 1, batch);
                var verdict = ended ?? await FinishAsync(packet, index, following < packet.Items.Length ? _next : null);
                sent += verdict.Outcome is SendOutcome.Accepted ? 1 : 0;
                _desk.Report(packet, index, verdict);
                _crash.Hit(CrashPoint.AfterReply);
                index = following;
            }

            _desk.Finished(packet, sent, _time.GetElapsedTime(start));
        }
    }

    /// <summary>Renders the first message from an index on that may leave. Those before it have had their report.</summary>
    /// <returns>Its index; behind the last when there is none.</returns>
    private int BuildNext(Packet packet, int index, IMessageBatch batch)
    {
        for (; index < packet.Items.Length; index++)
        {
            if (Ask(packet, index) is { } early)
            {
                _desk.Report(packet, index, early);
                continue;
            }

            _next.Clear();
            if (batch.TryBuild(packet.Items[index], _next, out var failure))
            {
                break;
            }

            EngineMeter.RenderFaults.Add(1);
            _desk.Report(packet, index, new SendVerdict(SendOutcome.Skipped, 0, "render_failed: " + failure));
        }

        return index;
    }

    // The prepared message. Cancellation stops at the gate: once a message is begun it comes to its own end, bounded by the channel's timeouts.
    private async ValueTask<SendVerdict> FinishAsync(Packet packet, int index, OutgoingMessage? next)
    {
        if (next is not null)
        {
            await _channel.AnnounceAsync(next, CancellationToken.None);
        }

        if (Ask(packet, index) is { } refused)
        {
            await _channel.AbandonAsync();
            return refused;
        }

        _crash.Hit(CrashPoint.BeforeTerminator);
        packet.MarkOnTheWire(index);
        _crash.Hit(CrashPoint.AfterMark);
        _held = (packet, index);
        return await _channel.CommitAsync(_mayStillEnd, _terminatorWritten, CancellationToken.None);
    }

    private SendVerdict? Ask(Packet packet, int index) =>
        SendGate.Refuse(packet.Chunk.State, packet.IsSuppressed(index), packet.IsTooLate(_time), _desk.IsDraining, packet.IsPastHours(_time));

    private void ReportRest(Packet packet, int from, SendVerdict verdict)
    {
        for (var index = from; index < packet.Items.Length; index++)
        {
            _desk.Report(packet, index, verdict);
        }
    }
}
