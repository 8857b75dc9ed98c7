using CampaignEngine.Scheduling;
using CampaignEngine.Testing;
using Npgsql;

namespace CampaignEngine.Tests.Scheduling;

/// <summary>The proof behind the decision that the alarm of each node may ring as it likes (docs/decisions).</summary>
public sealed class ManyNodesTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const int DueTimes = 1000;
    private static readonly DateTimeOffset Launched = new(2026, 3, 2, 6, 0, 0, TimeSpan.Zero);
    private DateTimeOffset _now = Launched;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await LaunchAsync("");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task AThousandAlarmsThatRingTwiceOnFourNodesGiveAThousandMailings()
    {
        // Every due time is found by all four nodes at once, and by each of them twice.
        for (var minute = 10; minute <= DueTimes; minute += 10)
        {
            _now = Launched.AddMinutes(minute);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Node().RunOnceAsync(Token)));
        }

        await AssertAThousandMailingsAsync();
    }

    [Fact]
    public async Task AThousandAlarmsThatNeverRangGiveAThousandMailingsOnceANodeWakes()
    {
        _now = Launched.AddMinutes(DueTimes);
        for (var run = 0; run < 11; run++)
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Node().RunOnceAsync(Token)));
        }

        await AssertAThousandMailingsAsync();
    }

    [Theory]
    [InlineData("skip", "skipped 3, frozen 1")]
    [InlineData("ask", "frozen 1, held 3")]
    [InlineData("send", "frozen 4")]
    public async Task WhatIsFoundTooLateFollowsItsDropsPolicy(string late, string expected)
    {
        await LaunchAsync($", until: 2026-03-02, late: {late}{(late == "send" ? "" : ", late_after: 1 minute")}");

        // Due at 06:01 to 06:04; the last is 30 seconds late.
        _now = Launched.AddMinutes(4.5);
        for (var run = 0; run < 3; run++)
        {
            await Task.WhenAll(Node(late != "send").RunOnceAsync(Token), Node(late != "send").RunOnceAsync(Token));
        }

        Assert.Equal(
            string.Join(", ", expected.Split(", ").Order(StringComparer.Ordinal)),
            await database.ScalarAsync<string>("SELECT string_agg(state || ' ' || n, ', ' ORDER BY state) FROM (SELECT state, count(*) n FROM engine.occurrence GROUP BY state) AS s"));
        if (late == "ask")
        {
            var held = await HeldDueTimes.ListAsync(database.Source, "minutely", Token);
            Assert.Equal("due 2026-03-02 06:01 UTC and found 3 minutes late", held[0].HeldBecause);
            Assert.Equal("due", Assert.Single(await HeldDueTimes.DecideAsync(database.Source, "minutely", held[0].OccurrenceId, true, "bo", "late is fine", Token)).State);
            Assert.Empty(await HeldDueTimes.DecideAsync(database.Source, "minutely", held[0].OccurrenceId, true, "bo", "again", Token));
            Assert.All(await HeldDueTimes.DecideAsync(database.Source, "minutely", null, false, "bo", "too late", Token), d => Assert.Equal("skipped", d.State));
            Assert.Equal(1, (await Node().RunOnceAsync(Token)).Frozen);
            Assert.Equal(2, await database.ScalarAsync<long>("SELECT count(*) FROM engine.mailing"));
        }
    }

    private async Task AssertAThousandMailingsAsync()
    {
        Assert.Equal(DueTimes, await database.ScalarAsync<long>("SELECT count(*) FROM engine.mailing"));
        Assert.Equal(DueTimes, await database.ScalarAsync<long>("SELECT count(DISTINCT due_at) FROM engine.mailing"));
        Assert.Equal(DueTimes, await database.ScalarAsync<long>("SELECT count(*) FROM engine.occurrence WHERE state = 'frozen'"));
    }

    private Task LaunchAsync(string more) => database.ExecuteAsync(
        $$"""
        TRUNCATE engine.plan, engine.occurrence, engine.mailing, engine.setting CASCADE;
        INSERT INTO engine.plan (campaign, plan_hash, definition_hash, definition_file, definition_yaml, templates, document, launched_at)
        VALUES ('minutely', 'a', '', 'campaigns/minutely.yaml', $yaml$
        campaign: minutely
        audience: { from: customers }
        drops: [{ drop: news, channel: email, template: email/news, subject: News, schedule: { cron: "0 * * ? * *"{{more}} } }]
        $yaml$, '{}', '{}', '{{Launched:O}}')
        """);

    // Freezes as the engine does: the occurrence locked, its state looked at, mailing and state in one transaction.
    private OccurrencePlanner Node(bool saysLate = false) => new(
        database.Source,
        async (occurrence, cancellationToken) =>
        {
            await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var command = new NpgsqlCommand(
                """
                WITH due AS (SELECT * FROM engine.occurrence WHERE occurrence_id = @id AND state = 'due' FOR UPDATE),
                done AS (UPDATE engine.occurrence o SET state = 'frozen' FROM due WHERE o.occurrence_id = due.occurrence_id)
                INSERT INTO engine.mailing (occurrence_id, campaign, drop_name, channel, due_at, content_hash, list_hash, frozen_count, definition)
                SELECT occurrence_id, campaign, drop_name, 'email', due_at, '', '', 0, '{}' FROM due
                """,
                connection,
                transaction);
            command.Parameters.AddWithValue("id", occurrence);
            await command.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        },
        TimeZoneInfo.Utc,
        new Clock(this))
    {
        Say = sentence => Assert.True(saysLate, sentence),
    };

    private sealed class Clock(ManyNodesTests test) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => test._now;
    }
}
