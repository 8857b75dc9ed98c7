using CampaignEngine.Dispatching;
using CampaignEngine.Dispatching.Braking;
using CampaignEngine.Operating;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Dispatching;

namespace CampaignEngine.Tests.Operating;

public sealed class OperatingTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await database.ExecuteAsync("UPDATE engine.mailing SET state = 'cancelled', completed_at = NULL; DELETE FROM engine.installation");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task WhatAWorkerDoesIsCountedAndWhatItHoldsIsGivenBack()
    {
        // The meter belongs to the process, and other classes send by e-mail beside this one.
        using var metrics = new MetricsCollector([EngineMeter.Name]);
        var channel = new ScriptedChannel { Name = "print" };
        channel.Answer = recipient => recipient == FrozenMailing.Address(3) ? new SendVerdict(SendOutcome.Rejected, 550, "no")
            : recipient == FrozenMailing.Address(4) ? new SendVerdict(SendOutcome.InDoubt, 0, "no reply") : new SendVerdict(SendOutcome.Accepted, 250, "ok");
        var most = 0.0;
        channel.Held = _ =>
        {
            most = Math.Max(most, PrometheusReading.Read(metrics.Text()).GetValueOrDefault("campaign_connections{channel=\"print\"}"));
            return Task.CompletedTask;
        };
        await new FrozenMailing { Campaign = "counted", Channel = "print", People = 20 }.FreezeAsync(database.Source, Token);

        await Worker(channel).RunUntilIdleAsync(Token);
        await new LedgerGauges(database.Source).RunOnceAsync(Token);

        var samples = PrometheusReading.Read(metrics.Text());
        Assert.Equal(
            (18.0, 1.0, 1.0),
            (samples["campaign_messages_total{channel=\"print\",outcome=\"accepted\"}"], samples["campaign_messages_total{channel=\"print\",outcome=\"rejected\"}"],
             samples["campaign_messages_total{channel=\"print\",outcome=\"in_doubt\"}"]));
        Assert.True(samples["campaign_ticks_total{channel=\"print\",end=\"committed\"}"] >= 1);
        Assert.Equal(samples["campaign_ticks_total{channel=\"print\",end=\"committed\"}"], samples["campaign_tick_duration_seconds_count{channel=\"print\"}"]);
        Assert.InRange(most, 1, 4);
        Assert.Equal(
            (0.0, 0.0, 0.0),
            (samples["campaign_connections{channel=\"print\"}"], samples["campaign_chunks{channel=\"print\"}"], samples["campaign_messages_in_hand{channel=\"print\"}"]));
        Assert.Equal(1, samples["campaign_doubts_open"]);
        Assert.Equal(0, samples["campaign_mailings{state=\"running\"}"]);
    }

    [Fact]
    public async Task BrakesInForceAreGaugesUntilTheyAreLifted()
    {
        using var metrics = new MetricsCollector([EngineMeter.Name]);
        await database.ExecuteAsync("""
            INSERT INTO engine.brake (subject, phase, pace, factor, because, changed_at) VALUES
                ('route:gauge:a', 'slowed', 100, 0.25, 'x', '2026-03-10 09:00Z'), ('provider:gauged', 'paused', 100, 0.5, 'x', '2026-03-10 10:00Z'), ('sender:gauged', 'open', 0, 1, NULL, '2026-03-10 10:00Z')
            """);
        var gauges = new LedgerGauges(database.Source);

        await gauges.RunOnceAsync(Token);
        var held = Brakes();
        await BrakeControl.LiftAsync(database.Source, ["provider:gauged"], Token);
        await gauges.RunOnceAsync(Token);
        var lifted = Brakes();

        const string Slowed = "{kind=\"route\",name=\"gauge:a\"}", Paused = "{kind=\"provider\",name=\"gauged\"}";
        Assert.Equal(
            new Dictionary<string, double>
            {
                ["campaign_brake_factor" + Slowed] = 0.25, ["campaign_brake_since_seconds" + Slowed] = 1773133200,
                ["campaign_brake_factor" + Paused] = 0, ["campaign_brake_since_seconds" + Paused] = 1773136800,
            },
            held);
        Assert.Equal((0.25, 1.0), (lifted["campaign_brake_factor" + Slowed], lifted["campaign_brake_factor" + Paused]));
        Assert.True(lifted["campaign_brake_since_seconds" + Paused] > 1773136800);

        Dictionary<string, double> Brakes() => PrometheusReading.Read(metrics.Text()).Where(s => s.Key.StartsWith("campaign_brake", StringComparison.Ordinal)).ToDictionary();
    }

    [Fact]
    public async Task TheWatchShowsWhatMovesAndKeepsWhatHasEnded()
    {
        var held = await new FrozenMailing { Campaign = "watched", Drop = "later", People = 5, DueIn = TimeSpan.FromHours(2) }.FreezeAsync(database.Source, Token);
        var mailing = await new FrozenMailing { Campaign = "watched", Drop = "now", People = 10 }.FreezeAsync(database.Source, Token);
        await new FrozenMailing { Campaign = "other", People = 1 }.FreezeAsync(database.Source, Token);
        await MailingControl.PauseAsync(database.Source, "other", null, Token);
        var watch = new MailingWatch(database.Source, null, static (_, _) => [], TimeZoneInfo.Utc);

        var before = await watch.ReadAsync(Token);
        Assert.Equal(3, before.Count);
        Assert.StartsWith("no worker has taken it", before.Single(m => m.Balance.MailingId == mailing).Hold, StringComparison.Ordinal);
        Assert.Equal("paused; 'campaign resume' goes on", before.Single(m => m.Balance.Campaign == "other").Hold);

        await Worker(new ScriptedChannel()).RunUntilIdleAsync(Token);
        var after = (await watch.ReadAsync(Token)).ToDictionary(m => m.Balance.MailingId);
        Assert.Equal((true, 10L, (string?)null), (after[mailing].HasEnded, after[mailing].Balance.Accepted, after[mailing].Hold));
        Assert.True(after[mailing].Rate > 0);
        Assert.StartsWith("due ", after[held].Hold, StringComparison.Ordinal);
        Assert.Equal(3, (await watch.ReadAsync(Token)).Count);
        Assert.Equal(2, (await new MailingWatch(database.Source, null, static (_, _) => [], TimeZoneInfo.Utc).ReadAsync(Token)).Count);
    }

    [Fact]
    public async Task AProcessIsReadyWhenItsDatabaseAnswersAndIsItsOwn()
    {
        var readiness = new Readiness(database.Source, TimeProvider.System);
        Assert.Equal([("database", null), ("migrations", null), ("installation", null)], Shown(await readiness.CheckAsync(Token)));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM engine.installation"));

        await using (var connection = await database.Source.OpenConnectionAsync(Token))
        {
            await InstallationGuard.CheckAsync(connection, Token);
        }

        await database.ExecuteAsync("UPDATE engine.installation SET database_system_id = database_system_id + 1");
        Assert.StartsWith("everything is held: this database was copied", (await readiness.CheckAsync(Token))[2].Fault, StringComparison.Ordinal);

        await using var gone = Npgsql.NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Timeout=1");
        var (name, fault) = Assert.Single(await new Readiness(gone, TimeProvider.System).CheckAsync(Token));
        Assert.Equal("database", name);
        Assert.StartsWith("does not answer: ", fault, StringComparison.Ordinal);
    }

    private static IEnumerable<(string, string?)> Shown(IEnumerable<ReadinessFinding> findings) => findings.Select(f => (f.Name, f.Fault));

    private Dispatcher Worker(ScriptedChannel channel) => new(
        database.Source, channel, new PlainMessages(), new DispatchOptions { PollInterval = TimeSpan.FromMilliseconds(20) }, WorkerIdentity.Of(Guid.NewGuid().ToString("N")), new CrashPoint(null), TimeProvider.System);
}
