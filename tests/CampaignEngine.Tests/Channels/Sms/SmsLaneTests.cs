using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using CampaignEngine.Channels.Sms.Rehearsing;
using CampaignEngine.Dispatching;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Channels.Sms;

/// <summary>Real HTTP conversations with the gateway double, or with a socket that misbehaves.</summary>
public sealed class SmsLaneTests : IAsyncDisposable
{
    private readonly ConcurrentQueue<ReceivedShortMessage> _arrived = new();
    private GatewayDouble? _double;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_double is { } gateway)
        {
            await gateway.DisposeAsync();
        }
    }

    [Fact]
    public async Task AnAcceptedMessageArrivesOnceOverOneConnection()
    {
        await using var lane = Lane(new GatewayScript());
        for (var n = 1; n <= 3; n++)
        {
            var verdict = await SendAsync(lane, Gateways.Message("Tea for you, \"Zoë\" 茶", key: $"k{n}"));
            Assert.Equal((SendOutcome.Accepted, 202, $"id D{n:X8}"), (verdict.Outcome, verdict.Code, verdict.Text));
        }

        Assert.Equal(["k1", "k2", "k3"], _arrived.Select(m => m.Key));
        Assert.All(_arrived, m => Assert.Equal(("Shop", "+886912345678", "Tea for you, \"Zoë\" 茶"), (m.From, m.To, m.Text)));
    }

    [Fact]
    public async Task AMessageStoppedAtTheLastQuestionNeverLeavesAndKeepsTheConnection()
    {
        await using var lane = Lane(new GatewayScript());
        Assert.Null(await lane.PrepareAsync(Gateways.Message("stopped"), Token));
        await lane.AbandonAsync();

        Assert.True(lane.IsOpen);
        await SendAsync(lane, Gateways.Message("sent"));
        Assert.Equal("sent", Assert.Single(_arrived).Text);
    }

    [Fact]
    public async Task NoConnectionMeansNotAttempted()
    {
        // Taken, so that nobody else gets it, and not listened at.
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var lane = Gateways.Channel(Gateways.Local(taken.LocalEndPoint!)).CreateLane();

        Assert.NotNull(await lane.OpenAsync(Token));
        Assert.Equal(SendOutcome.NotAttempted, (await lane.PrepareAsync(Gateways.Message(), Token))!.Value.Outcome);
    }

    [Theory]
    [InlineData(GatewayMoment.Requested)]
    [InlineData(GatewayMoment.Accepted)]
    public async Task ALostReplyIsADoubtWhetherItWasStoredOrNot(GatewayMoment moment)
    {
        await using var lane = Lane(new GatewayScript().Once(moment, GatewayAct.Drop));
        var verdict = await SendAsync(lane, Gateways.Message());

        Assert.Equal(SendOutcome.InDoubt, verdict.Outcome);
        Assert.Equal("the connection was lost before the reply: the gateway closed it", verdict.Text);
        Assert.False(lane.IsOpen);
    }

    [Theory]
    [InlineData("HTP/9.9 what?\r\n\r\n")]
    [InlineData("220 smtp.example ready\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    public async Task AMalformedReplyIsADoubt(string raw)
    {
        await using var lane = Lane(new GatewayScript().Once(GatewayMoment.Accepted, new GatewayAct { Raw = System.Text.Encoding.ASCII.GetBytes(raw), Close = true }));

        Assert.Equal(SendOutcome.InDoubt, (await SendAsync(lane, Gateways.Message())).Outcome);
    }

    [Theory]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n{\"id\"\r\n6\r\n:\"C1\"}\r\n0\r\nTrailer: 1\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n{\"id\":\"C1\"}")]
    [InlineData("HTTP/1.1 200\r\ncontent-length:11\r\nConnection: close\r\n\r\n{\"id\":\"C1\"}")]
    public async Task RepliesAreReadInEveryFormThatHttpHas(string raw)
    {
        await using var lane = Lane(new GatewayScript().Once(GatewayMoment.Accepted, new GatewayAct { Raw = System.Text.Encoding.ASCII.GetBytes(raw), Close = true }));
        var verdict = await SendAsync(lane, Gateways.Message());

        Assert.Equal((SendOutcome.Accepted, "id C1"), (verdict.Outcome, verdict.Text));

        // A reply that says nothing of closing leaves the lane open until the close itself arrives; a message
        // written between the two would rightly be a doubt.
        Assert.True(await Eventually.IsTrueAsync(() => !lane.IsOpen, Token));
        Assert.Equal(SendOutcome.Accepted, (await SendAsync(lane, Gateways.Message(key: "k2"))).Outcome);
    }

    [Theory]
    [InlineData(GatewayMoment.Requested)]
    [InlineData(GatewayMoment.Accepted)]
    public async Task WithAnIdempotencyKeyALostReplyIsAskedForAgainAndCountsOnce(GatewayMoment moment)
    {
        await using var lane = Lane(new GatewayScript().Once(moment, GatewayAct.Drop), "idempotency: Idempotency-Key");
        var verdict = await SendAsync(lane, Gateways.Message());

        Assert.Equal(SendOutcome.Accepted, verdict.Outcome);
        Assert.Single(_arrived);
    }

    [Fact]
    public async Task ARefusalOfTheSecondAskingDoesNotSettleTheFirst()
    {
        await using var lane = Lane(
            new GatewayScript()
                .On(GatewayMoment.Requested, e => e.Request > 1 ? GatewayAct.Answer(429, retryAfter: 0) : null)
                .Once(GatewayMoment.Accepted, GatewayAct.Drop),
            "idempotency: Idempotency-Key");

        Assert.Equal(SendOutcome.InDoubt, (await SendAsync(lane, Gateways.Message())).Outcome);
        Assert.Single(_arrived);
    }

    [Fact]
    public async Task ThrottlingDefersTheMessageAndHoldsTheRouteForAllLanes()
    {
        _double = Start(new GatewayScript().Once(GatewayMoment.Requested, GatewayAct.Answer(429, "{\"message\":\"slow\"}", retryAfter: 7)));
        var channel = Gateways.Channel(Gateways.Local(_double.EndPoint));
        await using var lane = channel.CreateLane();
        await using var other = channel.CreateLane();
        Assert.Null(await other.OpenAsync(Token));

        var verdict = await SendAsync(lane, Gateways.Message());

        Assert.Equal((SendOutcome.Deferred, 429, "slow", TimeSpan.FromSeconds(7)), (verdict.Outcome, verdict.Code, verdict.Text, verdict.RetryAfter));
        Assert.False(lane.IsOpen);
        Assert.False(other.IsOpen);
        Assert.Empty(_arrived);
    }

    [Fact]
    public async Task AConnectionThatTheGatewayClosedMeanwhileIsNotWrittenTo()
    {
        await using var lane = Lane(new GatewayScript().Once(GatewayMoment.Accepted, new GatewayAct { Raw = "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}"u8.ToArray(), Close = true }));
        Assert.Equal(SendOutcome.Accepted, (await SendAsync(lane, Gateways.Message())).Outcome);

        // The gateway said nothing about closing, and closed.
        Assert.True(await Eventually.IsTrueAsync(() => !lane.IsOpen, Token));
        Assert.Equal(SendOutcome.Accepted, (await SendAsync(lane, Gateways.Message(key: "k2"))).Outcome);
        Assert.Equal(2, _arrived.Count);
    }

    [Fact]
    public async Task AGatewayThatNeverAnswersLeavesADoubtAfterTheTimeout()
    {
        await using var lane = Lane(new GatewayScript().Once(GatewayMoment.Accepted, GatewayAct.Wait(TimeSpan.FromMinutes(5))), "", "\ntimeout: 4 seconds");
        var verdict = await SendAsync(lane, Gateways.Message());

        Assert.Equal((SendOutcome.InDoubt, "no reply within 4 s"), (verdict.Outcome, verdict.Text));
    }

    private GatewayDouble Start(GatewayScript script) => GatewayDouble.Start(
        new IPEndPoint(IPAddress.Loopback, 0),
        script,
        (message, _) =>
        {
            _arrived.Enqueue(message);
            return ValueTask.CompletedTask;
        },
        TimeProvider.System);

    private IChannelLane Lane(GatewayScript script, string more = "", string route = "")
    {
        _double = Start(script);
        return Gateways.Channel(Gateways.Local(_double.EndPoint, more) + route).CreateLane();
    }

    private static async Task<SendVerdict> SendAsync(IChannelLane lane, OutgoingMessage message)
    {
        Assert.Null(await lane.OpenAsync(Token));
        return await lane.PrepareAsync(message, Token) ?? await lane.CommitAsync(static () => true, static () => { }, Token);
    }
}
