using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Tests.Dispatching;

/// <summary>A channel without network: a message counts as arrived when its terminator is written. Tests say what the other side answers.</summary>
internal sealed class ScriptedChannel : IChannel
{
    private readonly ConcurrentQueue<string> _arrived = new();

    public string Name { get; init; } = "email";

    /// <summary>What the other side answers to (recipient, attempt of the message there), after the terminator.</summary>
    public Func<string, SendVerdict> Answer { get; set; } = static _ => new SendVerdict(SendOutcome.Accepted, 250, "ok");

    /// <summary>Runs while the message is held with its terminator withheld.</summary>
    public Func<string, Task> Held { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Why no connection can be made; null when one can.</summary>
    public string? Down { get; set; }

    public IReadOnlyCollection<string> Arrived => _arrived;

    public IChannelLane CreateLane() => new Lane(this);

    private sealed class Lane(ScriptedChannel channel) : IChannelLane
    {
        private string? _held;

        public bool IsOpen { get; private set; }

        public ValueTask<string?> OpenAsync(CancellationToken cancellationToken)
        {
            IsOpen = channel.Down is null;
            return ValueTask.FromResult(channel.Down);
        }

        public async ValueTask<SendVerdict?> PrepareAsync(OutgoingMessage message, CancellationToken cancellationToken)
        {
            _held = message.Recipient;
            await channel.Held(_held);
            return null;
        }

        public ValueTask AnnounceAsync(OutgoingMessage next, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public async ValueTask<SendVerdict> CommitAsync(Func<bool> mayStillEnd, Action terminatorWritten, CancellationToken cancellationToken)
        {
            var recipient = _held!;
            _held = null;
            terminatorWritten();
            await Task.Yield();
            var answer = channel.Answer(recipient);
            if (answer.Outcome is SendOutcome.Accepted or SendOutcome.InDoubt)
            {
                channel._arrived.Enqueue(recipient);
            }

            return answer;
        }

        public ValueTask AbandonAsync()
        {
            _held = null;
            IsOpen = false;
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            IsOpen = false;
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>Messages made of the address alone.</summary>
internal sealed class PlainMessages : IMessageSource, IMessageBatch
{
    /// <summary>Recipients for whom no message can be rendered.</summary>
    public HashSet<string> Broken { get; } = [];

    public ValueTask<IMessageBatch> LoadAsync(MailingToSend mailing, IReadOnlyList<SendItem> items, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IMessageBatch>(this);

    public bool TryBuild(SendItem item, OutgoingMessage message, out string failure)
    {
        failure = $"first_name of customer {item.CustomerKey} is null";
        if (Broken.Contains(item.Address))
        {
            return false;
        }

        message.Sender = "bounce@sender.example";
        message.Recipient = item.Address;
        message.Content.Write(Encoding.UTF8.GetBytes($"To: {item.Address}\r\n\r\nhello\r\n"));
        return true;
    }

    public void Dispose()
    {
    }
}
