using System.Collections.Concurrent;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Mail.Tests.Support;

/// <summary>A receiver that keeps what it gets in memory.</summary>
internal sealed class TestInbox : IAsyncDisposable
{
    private readonly ConcurrentQueue<ReceivedMessage> _messages = new();
    private readonly SmtpReceiver _receiver;

    public TestInbox(SmtpReceiverOptions? options = null, TimeProvider? time = null, Func<ReceivedMessage, SmtpReply>? answer = null) =>
        _receiver = SmtpReceiver.Start(
            options ?? new SmtpReceiverOptions(),
            (message, _) =>
            {
                var reply = answer?.Invoke(message) ?? SmtpReceiver.Stored;
                _messages.Enqueue(message with { Data = message.Data.ToArray() });
                return ValueTask.FromResult(reply);
            },
            time ?? TimeProvider.System);

    public IReadOnlyList<ReceivedMessage> Messages => [.. _messages];

    public int Port => _receiver.EndPoint.Port;

    public SmtpRoute Route => Some.Route(Port);

    public Task<SmtpConnection> ConnectAsync(TimeProvider? time = null) =>
        SmtpConnection.ConnectAsync(Route, time ?? TimeProvider.System, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();
}
