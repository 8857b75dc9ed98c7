using System.Collections.Concurrent;
using CampaignEngine.Mail.Receiving;

namespace CampaignEngine.EndToEnd.Dispatching;

/// <summary>The relay of the crash tests: remembers every Message-ID before it answers, in this process, which outlives the workers.</summary>
internal sealed class Sink : IAsyncDisposable
{
    private readonly SmtpReceiver _receiver;
    private readonly ConcurrentQueue<(string MessageId, string Recipient)> _stored = new();

    public Sink(ReceiverScript? script = null) => _receiver = SmtpReceiver.Start(
        new SmtpReceiverOptions { Script = script ?? new ReceiverScript() },
        (message, _) =>
        {
            var id = MailReader.Read(message.Data).Headers.First(h => h.Name.Equals("Message-ID", StringComparison.OrdinalIgnoreCase)).Value;
            _stored.Enqueue((id, message.Recipients[0]));
            return ValueTask.FromResult(SmtpReceiver.Stored);
        },
        TimeProvider.System);

    public int Port => _receiver.EndPoint.Port;

    public IReadOnlyCollection<(string MessageId, string Recipient)> Stored => _stored;

    public IEnumerable<string> Twice => _stored.GroupBy(s => s.MessageId).Where(g => g.Count() > 1).Select(g => g.Key);

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();
}
