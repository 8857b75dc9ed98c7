using CampaignEngine.Dispatching;
using CampaignEngine.Dispatching.Braking;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Dispatching.Braking;

/// <summary>Workers on one database that brake by what the other side answers.</summary>
public sealed class BrakeTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly SendVerdict Accepted = new(SendOutcome.Accepted, 250, "ok");
    private static readonly SendVerdict Spam = new(SendOutcome.Rejected, 554, "5.7.1 spam");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ARouteThatIsRefusedIsPausedForAllWorkersAndGoesOnWhereItStopped()
    {
        const int People = 1000;
        await new FrozenMailing { Campaign = "spam", People = People, ChunkSize = 40 }.FreezeAsync(database.Source, Token);
        var channel = new ScriptedChannel { Answer = _ => Spam, Held = HeldUntil("paused", "route:spam", 100) };

        // 1 Both workers stop by themselves, and end: what a brake has stopped is no work.
        var said = new List<string>();
        await Task.WhenAll(Worker(channel, "spam", said.Add).RunUntilIdleAsync(Token), Worker(channel, "spam").RunUntilIdleAsync(Token));
        var balance = await BalanceAsync("spam");
        Assert.InRange(balance.Rejected, 20, People - 40);
        Assert.Equal((People - balance.Rejected, "running"), (balance.Pending, balance.State));
        await using var connection = await database.Source.OpenConnectionAsync(Token);
        var braked = Assert.Single((await BrakedMailing.ReadAsync(connection, [balance.MailingId], Subjects, Token)).Values);
        Assert.Matches(@"^route spam is paused by its brake \((rejected|blocked): 100% of \d+ answers in 1 minute, more than 10%\); 'campaign resume --route spam' goes on$", braked.Describe(TimeZoneInfo.Utc));

        // 2 A new worker sends nothing.
        (channel.Answer, channel.Held) = (_ => Accepted, _ => Task.CompletedTask);
        await Worker(channel, "spam").RunUntilIdleAsync(Token);
        Assert.Empty(channel.Arrived);

        // 3 After the resume everybody who was not sent is, once.
        Assert.Equal(["route:spam"], await BrakeControl.LiftAsync(database.Source, ["route:spam", "route:other"], Token));
        await Worker(channel, "spam").RunUntilIdleAsync(Token);
        Assert.Equal(People - balance.Rejected, channel.Arrived.Count);
        Assert.Equal(channel.Arrived.Count, channel.Arrived.Distinct().Count());
        var end = await BalanceAsync("spam");
        Assert.Equal(("completed", People), (end.State, end.Rejected + end.Accepted));
        Assert.Equal(["paused False", "open True"], await ChangesAsync("route:spam"));
    }

    [Fact]
    public async Task DeferralsSlowItDownAndThePaceComesBack()
    {
        await new FrozenMailing { Campaign = "slow", People = 3000, ChunkSize = 500 }.FreezeAsync(database.Source, Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var sent = 0;
        var channel = new ScriptedChannel
        {
            // Every second one is put off, until it has been slowed.
            Answer = _ => Interlocked.Increment(ref sent) % 2 == 0 && Volatile.Read(ref sent) < 200 ? new SendVerdict(SendOutcome.Deferred, 451, "4.7.0 later") : Accepted,
            Held = HeldUntil("slowed", "route:slow", 150),
        };
        var said = new List<string>();
        var worker = Worker(channel, "slow", sentence =>
        {
            said.Add(sentence);
            if (sentence.Contains("not braked", StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        });

        await worker.RunAsync(stop.Token);

        var phases = await ChangesAsync("route:slow");
        Assert.Equal("slowed False", phases[0]);
        Assert.Equal("open False", phases[^1]);
        Assert.Matches(@"^route slow is slowed to [\d.]+ a second, 50% of its pace \(deferred: [\d.]+% of \d+ answers in 1 minute, more than 20%\)$", said[0]);

        // While it was slowed it kept to the limit that this is.
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM engine.limit_bucket WHERE bucket = 'route:slow slowed 10 s'"));
        await MailingControl.CancelAsync(database.Source, "slow", null, Token);
    }

    [Fact]
    public async Task AProviderThatRefusesHoldsBackNobodyElse()
    {
        var mailing = await new FrozenMailing { Campaign = "mixed", People = 600, ChunkSize = 50, Providers = 2 }.FreezeAsync(database.Source, Token);
        var refused = new HashSet<string>(Enumerable.Range(1, 600).Where(n => n % 2 == 1).Select(FrozenMailing.Address));
        var untilPaused = HeldUntil("paused", "provider:p1", 100);
        var channel = new ScriptedChannel { Answer = person => refused.Contains(person) ? Spam : Accepted, Held = person => refused.Contains(person) ? untilPaused(person) : Task.CompletedTask };

        await Worker(channel, "mixed").RunUntilIdleAsync(Token);

        var balance = await BalanceAsync("mixed");
        Assert.Equal(300, balance.Accepted);
        Assert.InRange(balance.Rejected, 20, 299);
        Assert.Equal("paused", await database.ScalarAsync<string>("SELECT phase FROM engine.brake WHERE subject = 'provider:p1'"));
        Assert.Equal("open", await database.ScalarAsync<string>("SELECT phase FROM engine.brake WHERE subject = 'provider:p0'"));
        Assert.Equal(0, await database.ScalarAsync<long>($"SELECT count(*) FROM engine.send_chunk WHERE mailing_id = {mailing} AND owner IS NOT NULL"));
        await MailingControl.CancelAsync(database.Source, "mixed", null, Token);
    }

    [Fact]
    public async Task ComplaintsAboutMessagesOfTheWindowPauseTheCampaignAndOlderOnesDoNot()
    {
        var old = await new FrozenMailing { Campaign = "complained", Drop = "old", People = 300 }.FreezeAsync(database.Source, Token);
        await database.ExecuteAsync($"UPDATE engine.send_chunk SET next_ordinal = last_ordinal + 1 WHERE mailing_id = {old}");
        await database.ExecuteAsync($"INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, at) SELECT {old}, n, 1, 'accepted', now() - interval '3 days' FROM generate_series(1, 300) n");
        await ComplainAsync(old, 50);
        await new FrozenMailing { Campaign = "complained", Drop = "new", People = 1000, ChunkSize = 50 }.FreezeAsync(database.Source, Token);
        var channel = new ScriptedChannel { Held = HeldUntil("paused", "campaign:complained", 400) };
        var complained = 0;
        channel.Answer = _ =>
        {
            if (channel.Arrived.Count >= 300 && Interlocked.Exchange(ref complained, 1) == 0)
            {
                var mailing = database.ScalarAsync<int>("SELECT mailing_id FROM engine.mailing WHERE campaign = 'complained' AND drop_name = 'new'").GetAwaiter().GetResult();
                ComplainAsync(mailing, 6).GetAwaiter().GetResult();
            }

            return Accepted;
        };
        var said = new List<string>();

        await Worker(channel, "complained", said.Add).RunUntilIdleAsync(Token);

        Assert.InRange(channel.Arrived.Count, 300, 990);
        Assert.Matches(@"^campaign complained is paused by its brake \(complained: [\d.]+% of \d+ messages accepted in 10 minutes, more than 0.3%\)$", Assert.Single(said));
        await MailingControl.CancelAsync(database.Source, "complained", null, Token);
    }

    [Fact]
    public async Task APauseWithATimeEndsByItselfAtTheSlowestPace()
    {
        await new FrozenMailing { Campaign = "again", People = 60, ChunkSize = 60 }.FreezeAsync(database.Source, Token);
        await database.ExecuteAsync("INSERT INTO engine.brake (subject, phase, pace, because, changed_at, paused_until) VALUES ('route:again', 'paused', 1000, 'x', now(), now() + interval '300 milliseconds')");
        var channel = new ScriptedChannel();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        channel.Answer = _ =>
        {
            if (channel.Arrived.Count >= 59)
            {
                stop.Cancel();
            }

            return Accepted;
        };

        await Worker(channel, "again").RunAsync(stop.Token);

        Assert.Equal(60, channel.Arrived.Distinct().Count());
        Assert.Equal("slowed", await database.ScalarAsync<string>("SELECT phase FROM engine.brake WHERE subject = 'route:again'"));
        Assert.True(await database.ScalarAsync<bool>("SELECT min(o.at) > b.lifted_at FROM engine.send_outcome o JOIN engine.mailing m USING (mailing_id), engine.brake b WHERE m.campaign = 'again' AND b.subject = 'route:again' GROUP BY b.lifted_at"));
    }

    // Lets so many through, then nobody until the brake has acted, and from then on one message a lane each few milliseconds, since every worker reads it when it looks.
    private Func<string, Task> HeldUntil(string phase, string subject, int most)
    {
        var held = 0;
        var acted = new Lazy<Task<bool>>(() => Eventually.IsTrueAsync(
            () => database.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM engine.brake_change WHERE subject = '{subject}' AND phase = '{phase}')"), Token));
        return async _ =>
        {
            if (Interlocked.Increment(ref held) > most)
            {
                Assert.True(await acted.Value, $"{subject} was never {phase}");
                await Task.Delay(4, Token);
            }
        };
    }

    private static IReadOnlyList<string> Subjects(MailingToSend mailing, string? provider) =>
        provider is null ? [$"campaign:{mailing.Campaign}", $"route:{mailing.Campaign}"] : [$"campaign:{mailing.Campaign}", $"provider:{provider}"];

    private async Task<MailingBalance> BalanceAsync(string campaign) => (await MailingBalance.ReadAsync(database.Source, campaign, Token)).Single();

    private async Task<string[]> ChangesAsync(string subject) =>
        (await database.ScalarAsync<string[]>($"SELECT array_agg(phase || ' ' || initcap(by_operator::text) ORDER BY change_id) FROM engine.brake_change WHERE subject = '{subject}'"))!;

    private Task ComplainAsync(int mailing, int people) => database.ExecuteAsync(
        $"""
        INSERT INTO engine.event (mailing_id, ordinal, kind, at, event_key)
        SELECT mailing_id, ordinal, 'complaint', now(), 'c' || mailing_id || ':' || ordinal FROM engine.send_outcome WHERE mailing_id = {mailing} AND outcome = 'accepted' ORDER BY ordinal LIMIT {people}
        """);

    private Dispatcher Worker(ScriptedChannel channel, string campaign, Action<string>? say = null) => new(
        database.Source,
        channel,
        new PlainMessages(),
        new DispatchOptions
        {
            PollInterval = TimeSpan.FromMilliseconds(20),
            LargestGrant = 4,
            SubjectsOf = Subjects,
            IsBlock = verdict => verdict.Text!.Contains("5.7.1", StringComparison.Ordinal),
            BrakeOf = subject => (subject == $"route:{campaign}" && campaign != "complained") || subject.StartsWith("provider:", StringComparison.Ordinal)
                ? new BrakeRule { Sample = 20, Window = TimeSpan.FromMinutes(1), RecoverEvery = TimeSpan.FromMilliseconds(200) }
                : subject == "campaign:complained" ? new BrakeRule { Window = TimeSpan.FromMinutes(1), ReportsWindow = TimeSpan.FromMinutes(10) } : null,
        },
        WorkerIdentity.Of(Guid.NewGuid().ToString("N")), new CrashPoint(null), TimeProvider.System) { Say = say ?? (static _ => { }) };
}
