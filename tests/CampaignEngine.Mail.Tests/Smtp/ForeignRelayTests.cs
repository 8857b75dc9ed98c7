using System.Collections.Concurrent;
using System.Runtime.Versioning;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Mail.Tests.Support;
using CampaignEngine.Testing;

namespace CampaignEngine.Mail.Tests.Smtp;

/// <summary>
/// Random signed messages through real mail servers, by DATA and by BDAT, to a sink behind them: each arrives once, its signature and form still right.
/// CAMPAIGN_FOREIGN_MESSAGES says how many (usually 60; the full size is 10,000).
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class ForeignRelayTests
{
    private const int Seed = 47;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("postfix")]
    [InlineData("exim")]
    public async Task EveryMessageComesThroughOnceAndWhole(string server)
    {
        var count = ForeignProgram.Count("CAMPAIGN_FOREIGN_MESSAGES", 60);
        var arrived = new ConcurrentQueue<(string To, byte[] Content)>();
        await using var sink = SmtpReceiver.Start(
            new SmtpReceiverOptions(),
            (message, _) =>
            {
                arrived.Enqueue((message.Recipients[0], message.Data.ToArray()));
                return ValueTask.FromResult(SmtpReceiver.Stored);
            },
            TimeProvider.System);
        await using var relay = await ForeignRelay.StartAsync(server, sink.EndPoint.Port);

        using (var mail = new RandomMail(Seed))
        {
            await using var byData = await relay.ConnectAsync(chunking: false);
            await using var byChunks = await relay.ConnectAsync(chunking: true);
            Assert.True(byChunks.Capabilities.Chunking, $"{server} does not offer CHUNKING");
            for (var i = 0; i < count; i++)
            {
                var envelope = new SmtpEnvelope(Some.Address("bounce@mail.example"), Some.Address($"anna{i}@example.com"));
                var verdict = await (i % 2 == 0 ? byData : byChunks).SendAsync(envelope, mail.Next(i), static () => true, Token);
                Assert.True(verdict.Kind == SmtpVerdictKind.Accepted, $"message {i}: {verdict}");
            }

            await byData.QuitAsync(Token);
            await byChunks.QuitAsync(Token);
        }

        var seen = 0;
        while (arrived.Count < count)
        {
            // As long as something comes, more is waited for.
            seen = arrived.Count;
            Assert.True(await Eventually.IsTrueAsync(() => arrived.Count > seen, Token), $"{seen} of {count} messages came through");
        }

        Assert.Equal(Enumerable.Range(0, count).Select(i => $"anna{i}@example.com").Order(StringComparer.Ordinal), arrived.Select(a => a.To).Order(StringComparer.Ordinal));
        await PythonVerifier.AcceptsAsync(arrived.Select(a => a.Content));
    }
}
