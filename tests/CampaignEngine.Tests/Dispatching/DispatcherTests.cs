using CampaignEngine.Dispatching;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Dispatching;

public sealed class DispatcherTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SendsEveryPersonOfTheListOnce()
    {
        var mailing = await new FrozenMailing { Campaign = "once", People = 2500 }.FreezeAsync(database.Source, Token);
        var channel = new ScriptedChannel();

        var counts = await Worker(channel).RunUntilIdleAsync(Token);

        Assert.Equal(2500, counts.Accepted);
        Assert.Equal(2500, channel.Arrived.Distinct().Count());
        Assert.Equal(2500, channel.Arrived.Count);
        Assert.Equal("accepted=2500", await OutcomesAsync(mailing));
        Assert.Equal("completed", await StateAsync(mailing));
        Assert.Equal(0, await database.ScalarAsync<long>($"SELECT count(*) FROM engine.send_chunk WHERE mailing_id = {mailing} AND owner IS NOT NULL"));
    }

    private Dispatcher Worker(ScriptedChannel channel, PlainMessages? messages = null, DispatchOptions? options = null) => new(
        database.Source, channel, messages ?? new PlainMessages(), options ?? new DispatchOptions(),
        WorkerIdentity.Of(Guid.NewGuid().ToString("N")), new CrashPoint(null), TimeProvider.System);

    private async Task<string> OutcomesAsync(int mailing) => await database.ScalarAsync<string>(
        $"SELECT coalesce(string_agg(outcome || '=' || n, ' ' ORDER BY outcome), '') FROM (SELECT outcome, count(*) AS n FROM engine.send_outcome WHERE mailing_id = {mailing} GROUP BY outcome) AS o");

    private Task<string> StateAsync(int mailing) => database.ScalarAsync<string>($"SELECT state FROM engine.mailing WHERE mailing_id = {mailing}");
}
