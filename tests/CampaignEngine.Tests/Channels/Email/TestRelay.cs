using System.Collections.Concurrent;
using System.Text;
using CampaignEngine.Channels.Email;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Tests.Channels.Email;

/// <summary>A relay that keeps what it takes, and lanes to it.</summary>
internal sealed class TestRelay : IAsyncDisposable
{
    private readonly ConcurrentQueue<ReceivedMessage> _messages = new();
    private readonly SmtpReceiver _receiver;

    public TestRelay(SmtpReceiverOptions? options = null) => _receiver = SmtpReceiver.Start(
        options ?? new SmtpReceiverOptions(),
        (message, _) =>
        {
            _messages.Enqueue(message with { Data = message.Data.ToArray() });
            return ValueTask.FromResult(SmtpReceiver.Stored);
        },
        TimeProvider.System);

    public IReadOnlyList<ReceivedMessage> Messages => [.. _messages];

    public IReadOnlyList<string> Texts => [.. _messages.Select(m => Encoding.ASCII.GetString(m.Data.Span))];

    public SmtpRoute Route => new() { Host = "127.0.0.1", Port = _receiver.EndPoint.Port, Tls = SmtpTls.Off };

    public static OutgoingMessage Message(string text, string signedBy = "")
    {
        var message = new OutgoingMessage { Sender = "b@shop.test", Recipient = "anna@x.test", SignedBy = signedBy };
        Encoding.ASCII.GetBytes(text, message.Content);
        return message;
    }

    /// <summary>Opens the lane where it is closed and hands over one message.</summary>
    public static async Task<SendVerdict> SendAsync(IChannelLane lane, OutgoingMessage message)
    {
        var token = TestContext.Current.CancellationToken;
        Assert.Null(await lane.OpenAsync(token));
        return await lane.PrepareAsync(message, token) ?? await lane.CommitAsync(static () => true, static () => { }, token);
    }

    public IChannelLane Lane(SmtpCredentials? credentials = null) => new EmailChannel(Route with { Credentials = credentials }, TimeProvider.System).CreateLane();

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();
}
