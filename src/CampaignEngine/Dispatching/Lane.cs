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

/// <summary>One connection's loop: take a packet, load what its messages need, then for each item render, prepare, ask, commit, report.</summary>
internal sealed class Lane(ILaneDesk desk, IChannelLane channel, IMessageSource source, CrashPoint crash, TimeProvider time)
{
    private static readonly TimeSpan IdleClose = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private readonly OutgoingMessage _message = new();
    private readonly Action _terminatorWritten = () => crash.Hit(CrashPoint.AfterTerminator);

    public async Task RunAsync(CancellationToken over)
    {
        var pause = TimeSpan.FromMilliseconds(250);
        while (!desk.IsOver)
        {
            await desk.WhenWantedAsync();
            if (desk.IsOver)
            {
                break;
            }

            if (await channel.OpenAsync(over) is { } fault)
            {
                desk.LaneFailed(fault);
                await Task.Delay(pause, time, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                continue;
            }

            pause = TimeSpan.FromMilliseconds(250);
            desk.LaneOpened();
            try
            {
                await SendWhileOpenAsync(over);
            }
            finally
            {
                desk.LaneClosed();
            }
        }
    }

    private async Task SendWhileOpenAsync(CancellationToken over)
    {
        while (channel.IsOpen)
        {
            if (!desk.Packets.TryRead(out var packet))
            {
                var more = desk.Packets.WaitToReadAsync(over).AsTask();
                await Task.WhenAny(more, Task.Delay(IdleClose, time, over));
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
        var start = time.GetTimestamp();
        IMessageBatch batch;
        try
        {
            batch = await source.LoadAsync(packet.Chunk.Mailing.Mailing, packet.Items, CancellationToken.None);
        }
        catch (Exception fault) when (fault is System.Data.Common.DbException or IOException or TimeoutException)
        {
            // Nothing was sent: the items go back and are tried again when the database answers.
            ReportRest(packet, 0, new SendVerdict(SendOutcome.NotAttempted, 0, $"the customer data could not be read: {fault.Message}"));
            return;
        }
        catch (MessagesUnavailableException fault)
        {
            desk.Complain(fault.Message);
            ReportRest(packet, 0, new SendVerdict(SendOutcome.NotAttempted, 0, fault.Message));
            return;
        }

        using (batch)
        {
            var sent = 0;
            for (var index = 0; index < packet.Items.Length; index++)
            {
                if (!channel.IsOpen && await channel.OpenAsync(CancellationToken.None) is { } fault)
                {
                    ReportRest(packet, index, new SendVerdict(SendOutcome.NotAttempted, 0, fault));
                    return;
                }

                var verdict = await SendAsync(packet, index, batch);
                sent += verdict.Outcome is SendOutcome.Accepted ? 1 : 0;
                desk.Report(packet, index, verdict);
                crash.Hit(CrashPoint.AfterReply);
            }

            desk.Finished(packet, sent, time.GetElapsedTime(start));
        }
    }

    // One message. Cancellation stops at the gate: once a message is begun it comes to its own end, bounded by the channel's timeouts.
    private async ValueTask<SendVerdict> SendAsync(Packet packet, int index, IMessageBatch batch)
    {
        if (Ask(packet, index) is { } early)
        {
            return early;
        }

        _message.Clear();
        if (!batch.TryBuild(packet.Items[index], _message, out var failure))
        {
            EngineMeter.RenderFaults.Add(1);
            return new SendVerdict(SendOutcome.Skipped, 0, "render_failed: " + failure);
        }

        if (await channel.PrepareAsync(_message, CancellationToken.None) is { } ended)
        {
            return ended;
        }

        if (Ask(packet, index) is { } refused)
        {
            await channel.AbandonAsync();
            return refused;
        }

        crash.Hit(CrashPoint.BeforeTerminator);
        packet.MarkOnTheWire(index);
        crash.Hit(CrashPoint.AfterMark);
        return await channel.CommitAsync(_terminatorWritten, CancellationToken.None);
    }

    private SendVerdict? Ask(Packet packet, int index) =>
        SendGate.Refuse(packet.Chunk.State, packet.IsSuppressed(index), packet.IsTooLate(time), desk.IsDraining, packet.IsPastHours(time));

    private void ReportRest(Packet packet, int from, SendVerdict verdict)
    {
        for (var index = from; index < packet.Items.Length; index++)
        {
            desk.Report(packet, index, verdict);
        }
    }
}
