using CampaignEngine.Dispatching;
using CampaignEngine.Scheduling;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Scheduling;

public sealed class OccurrencePlannerTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const string Yaml =
        """
        campaign: weekly
        audience: { from: customers }
        drops:
          - { drop: news, channel: email, template: email/news, subject: News, schedule: { cron: "0 0 9 ? * MON" } }
          - { drop: hello, channel: email, template: email/news, subject: Hello, schedule: { at: now } }
          - { drop: again, channel: email, template: email/news, subject: Again, schedule: { after: hello, delay: 3 days } }
        """;

    // A Monday, 06:00 UTC.
    private static readonly DateTimeOffset Launched = new(2026, 3, 2, 6, 0, 0, TimeSpan.Zero);
    private readonly List<long> _frozen = [];
    private DateTimeOffset _now = Launched;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await database.ExecuteAsync(
        "TRUNCATE engine.plan, engine.occurrence, engine.mailing, engine.setting CASCADE; "
        + "INSERT INTO engine.plan (campaign, plan_hash, definition_hash, definition_file, definition_yaml, templates, document, launched_at) "
        + $"VALUES ('weekly', 'a', '', 'campaigns/weekly.yaml', $yaml${Yaml}$yaml$, '{{}}', '{{}}', '{Launched:O}')");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task WritesEveryDueTimeOnceHoweverOftenAndFromHoweverManyPlacesItRuns()
    {
        _now = Launched.AddDays(15);

        var runs = new List<PlannedOccurrences>();
        for (var i = 0; i < 20; i++)
        {
            runs.AddRange(await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Planner().RunOnceAsync(Token))));
        }

        Assert.Equal(3, runs.Sum(r => r.Inserted));
        Assert.Equal("2026-03-02 09:00 2026-03-09 09:00 2026-03-16 09:00", await DueAsync("news"));
    }

    [Fact]
    public async Task NothingIsDueBeforeItsTime()
    {
        Assert.Equal(new PlannedOccurrences(0, 0, 0), await Planner().RunOnceAsync(Token));
        _now = Launched.AddHours(3);
        Assert.Equal(new PlannedOccurrences(1, 1, 0), await Planner().RunOnceAsync(Token));
    }

    [Fact]
    public async Task ADropThatFollowsAnotherIsDueThatMuchLater()
    {
        await LaunchHelloAsync();

        Assert.Equal(1, (await Planner().RunOnceAsync(Token)).Inserted);

        Assert.Equal("2026-03-05 06:00", await DueAsync("again"));
        Assert.Empty(_frozen);
        _now = Launched.AddDays(3);
        await Planner().RunOnceAsync(Token);

        // The Monday's news and the one that follows.
        Assert.Equal(2, _frozen.Count);
    }

    [Fact]
    public async Task AFailedFreezeLeavesTheDueTimeForTheNextRunAndDoesNotStopOthers()
    {
        _now = Launched.AddDays(8);
        var said = new List<string>();
        var failing = new OccurrencePlanner(database.Source, (_, _) => throw new InvalidOperationException("the disk is full"), TimeZoneInfo.Utc, new Clock(this)) { Say = said.Add };

        Assert.Equal(new PlannedOccurrences(2, 0, 2), await failing.RunOnceAsync(Token));
        Assert.Equal("weekly/news is due and could not be frozen: the disk is full", said[0]);
        Assert.Equal(new PlannedOccurrences(0, 2, 0), await Planner().RunOnceAsync(Token));
    }

    [Fact]
    public async Task ACancelledCampaignFallsDueNoMoreUntilItIsLaunchedAgain()
    {
        await MailingControl.CancelAsync(database.Source, "weekly", null, Token);
        _now = Launched.AddDays(30);
        Assert.Equal(0, (await Planner().RunOnceAsync(Token)).Inserted);

        await database.ExecuteAsync("UPDATE engine.setting SET changed_at = '2026-01-01'");
        Assert.Equal(5, (await Planner().RunOnceAsync(Token)).Inserted);
    }

    private OccurrencePlanner Planner() => new(
        database.Source,
        (occurrence, _) =>
        {
            lock (_frozen)
            {
                _frozen.Add(occurrence);
            }

            return Task.CompletedTask;
        },
        TimeZoneInfo.Utc,
        new Clock(this))
    {
        Say = sentence => Assert.Fail(sentence),
    };

    // What a launch does with a one-off drop.
    private Task LaunchHelloAsync() => database.ExecuteAsync(
        $"""
        INSERT INTO engine.occurrence (campaign, drop_name, due_at, plan_id, state) SELECT 'weekly', 'hello', '{Launched:O}', plan_id, 'frozen' FROM engine.plan;
        INSERT INTO engine.mailing (occurrence_id, campaign, drop_name, channel, due_at, content_hash, list_hash, frozen_count, definition)
        SELECT occurrence_id, campaign, drop_name, 'email', due_at, '', '', 0, '{"{}"}' FROM engine.occurrence WHERE drop_name = 'hello'
        """);

    private Task<string> DueAsync(string drop) => database.ScalarAsync<string>(
        $"SELECT string_agg(to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), ' ' ORDER BY due_at) FROM engine.occurrence WHERE drop_name = '{drop}'");

    private sealed class Clock(OccurrencePlannerTests test) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => test._now;
    }
}
