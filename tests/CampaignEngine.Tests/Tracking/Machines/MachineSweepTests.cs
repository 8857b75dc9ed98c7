using CampaignEngine.Testing;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Machines;

namespace CampaignEngine.Tests.Tracking.Machines;

public sealed class MachineSweepTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly DateTimeOffset Accepted = new(2026, 3, 10, 9, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatComesBeforeAPersonCouldIsAMachines()
    {
        var mailing = await FreezeAsync("too-soon", 3);
        await WriteAsync(mailing, (EventKind.Click, 1, -0.5), (EventKind.Open, 0, 1.9), (EventKind.Click, 2, 2.1), (EventKind.Open, 0, 30));
        await SweepAsync();
        Assert.Equal("click -0.5 within 2 s of acceptance|open 1.9 within 2 s of acceptance", await MarkedAsync(mailing));
    }

    [Fact]
    public async Task WhoeverFollowsEveryLinkAtOnceIsAMachine()
    {
        var mailing = await FreezeAsync("all-links", 3);
        await WriteAsync(mailing, (EventKind.Click, 1, 100), (EventKind.Click, 2, 102), (EventKind.Click, 3, 104.5), (EventKind.Click, 1, 4000));
        await SweepAsync();
        Assert.Equal(string.Join('|', ((string[])["100", "102", "104.5"]).Select(at => $"click {at} all 3 links within 5 s; links in their order; no open")), await MarkedAsync(mailing));
    }

    [Fact]
    public async Task APersonWhoTakesTheirTimeIsNone()
    {
        var mailing = await FreezeAsync("slowly", 3);
        await WriteAsync(mailing, (EventKind.Click, 1, 100), (EventKind.Click, 2, 104), (EventKind.Click, 3, 106));
        var pair = await FreezeAsync("two-links", 2);
        await WriteAsync(pair, (EventKind.Click, 1, 100), (EventKind.Click, 2, 103));
        var single = await FreezeAsync("one-link", 1);
        await WriteAsync(single, (EventKind.Click, 1, 100), (EventKind.Click, 1, 102));
        await SweepAsync();
        Assert.Equal("", await MarkedAsync(mailing) + await MarkedAsync(pair) + await MarkedAsync(single));
    }

    [Fact]
    public async Task ABurstIsSeenThoughItsFirstClickWasSweptBefore()
    {
        var mailing = await FreezeAsync("in-parts", 3);
        await WriteAsync(mailing, (EventKind.Click, 1, 100));
        await SweepAsync();
        await WriteAsync(mailing, (EventKind.Click, 2, 101), (EventKind.Click, 3, 102));
        await SweepAsync();
        Assert.Equal(3, (await MarkedAsync(mailing)).Split('|').Length);
    }

    [Fact]
    public async Task ASecondSweepMarksNothing()
    {
        var mailing = await FreezeAsync("again", 2);
        await WriteAsync(mailing, (EventKind.Click, 1, 100), (EventKind.Click, 2, 100.5), (EventKind.Open, 0, 1));
        await SweepAsync();
        Assert.Equal(new MachineSweepCounts(0, 0), await SweepAsync());
        await Sweep().RerunAsync(Cancellation);
        Assert.Equal(new MachineSweepCounts(0, 0), await Sweep().RerunAsync(Cancellation));
    }

    [Fact]
    public async Task SignsThatDoNotSufficeAreStoredAndAddUp()
    {
        var slow = await FreezeAsync("adds-up-slow", 3);
        await WriteAsync(slow, (EventKind.Click, 1, 100), (EventKind.Click, 2, 120), (EventKind.Click, 3, 140));
        var quick = await FreezeAsync("adds-up-quick", 3);
        await WriteAsync(quick, (EventKind.Click, 1, 5), (EventKind.Click, 2, 15), (EventKind.Click, 3, 40));
        await SweepAsync();
        Assert.Equal("70 links in their order; no open", await database.ScalarAsync<string>(
            $"SELECT string_agg(DISTINCT machine_score || ' ' || machine_reason, '|') FROM engine.event WHERE NOT machine AND mailing_id = {slow.MailingId}"));
        Assert.Equal("click 5 within 10 s of acceptance; links in their order; no open", await MarkedAsync(quick));

        // The pixel comes late: what spoke against a person goes, and that it was believed stays.
        await WriteAsync(quick, (EventKind.Open, 0, 50));
        Assert.Equal(new MachineSweepCounts(0, 1), await SweepAsync());
        Assert.Equal("f|t within 10 s of acceptance; links in their order; no open", await ChangesAsync(quick));
    }

    [Fact]
    public async Task ARerunUnderOtherRulesJudgesTheRequestsAgainAndKeepsWhatWasBelieved()
    {
        var mailing = await FreezeAsync("rerun", 2);
        var seen = new SeenRequest("Oolong/1.0", Network: System.Net.IPNetwork.Parse("198.51.100.0/24"));
        await new EventStore(database.Source).WriteAsync(
            [
                TrackedEvent.FromRequest(EventKind.Open, new ItemToken(mailing.MailingId, 1, 0), Accepted.AddHours(1), seen, MachineRules.Default),
                TrackedEvent.FromRequest(EventKind.Open, new ItemToken(mailing.MailingId, 1, 0), Accepted.AddHours(2), seen with { Agent = "Firefox", Network = null }, MachineRules.Default),
                TrackedEvent.FromRequest(EventKind.Open, new ItemToken(mailing.MailingId, 1, 0), Accepted.AddHours(3), new SeenRequest("curl/8"), MachineRules.Default),
            ], Cancellation);
        await SweepAsync();
        Assert.Equal("open 10800 user agent: curl", await MarkedAsync(mailing));

        var rules = MachineRules.Read("machines.yaml", """
            version: 7001
            threshold: 50
            agents: { score: 30, match: oolong }
            networks: { lab: { score: 20, ranges: 198.51.0.0/16 } }
            """u8);
        await Sweep(rules).RerunAsync(Cancellation);
        Assert.Equal("open 3600 user agent: oolong; network: lab", await MarkedAsync(mailing));
        Assert.Equal("f|t user agent: curl", await ChangesAsync(mailing));
        Assert.Equal(new MachineSweepCounts(0, 0), await Sweep(rules).RerunAsync(Cancellation));
        await Sweep().RerunAsync(Cancellation);
        Assert.Equal("open 10800 user agent: curl", await MarkedAsync(mailing));
    }

    [Fact]
    public async Task ChangedRulesNeedANewVersion()
    {
        await Sweep(MachineRules.Read("machines.yaml", "version: 7002\nthreshold: 50"u8)).RunOnceAsync(Cancellation);
        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => Sweep(MachineRules.Read("machines.yaml", "version: 7002\nthreshold: 60"u8)).RunOnceAsync(Cancellation));
        Assert.Equal("machines.yaml(1,1): the rules have changed but still are version 7002, under which others were used; give the changed file a new version", fault.Message);
    }

    private Task<string> ChangesAsync(ArrangedMailing mailing) => database.ScalarAsync<string>(
        $"SELECT string_agg(concat_ws(' ', was_machine, was_reason), '|' ORDER BY c.at, e.at) FROM engine.machine_change c JOIN engine.event e USING (event_id) WHERE mailing_id = {mailing.MailingId}");

    private MachineSweep Sweep(MachineRules? rules = null) => new(database.Source, rules ?? MachineRules.Default, TimeProvider.System);

    private Task<MachineSweepCounts> SweepAsync() => Sweep().RunOnceAsync(Cancellation);

    private async Task<ArrangedMailing> FreezeAsync(string campaign, int links)
    {
        var mailing = await ArrangedMailing.FreezeAsync(
            database.Source, [new ArrangedPerson("1", "one@example.com")], campaign, links: [.. Enumerable.Range(1, links).Select(n => $"https://shop.example/{n}")],
            cancellationToken: Cancellation);
        await mailing.OutcomeAsync(database.Source, "1", Accepted);
        return mailing;
    }

    private async Task WriteAsync(ArrangedMailing mailing, params (EventKind Kind, int Link, double Seconds)[] events) =>
        Assert.Equal(events.Length, await new EventStore(database.Source).WriteAsync(
            [.. events.Select(e => TrackedEvent.FromRequest(e.Kind, new ItemToken(mailing.MailingId, 1, e.Link), Accepted.AddSeconds(e.Seconds), new SeenRequest("Firefox"), MachineRules.Default))], Cancellation));

    private Task<string> MarkedAsync(ArrangedMailing mailing) => database.ScalarAsync<string>(
        $"""
        SELECT coalesce(string_agg(kind || ' ' || trim_scale(extract(epoch FROM at - '2026-03-10T09:00:00Z'::timestamptz)) || ' ' || machine_reason, '|' ORDER BY at), '')
        FROM engine.event WHERE machine AND mailing_id = {mailing.MailingId}
        """);
}
