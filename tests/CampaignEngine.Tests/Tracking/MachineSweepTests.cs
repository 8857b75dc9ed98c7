using CampaignEngine.Testing;
using CampaignEngine.Tracking;

namespace CampaignEngine.Tests.Tracking;

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
        Assert.Equal("click 100 all 3 links within 5 s|click 102 all 3 links within 5 s|click 104.5 all 3 links within 5 s", await MarkedAsync(mailing));
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
        Assert.Equal(new MachineSweepCounts(0, 0), await new MachineSweep(database.Source).RunOnceAsync(Cancellation, wholeHistory: true));
    }

    private Task<MachineSweepCounts> SweepAsync() => new MachineSweep(database.Source).RunOnceAsync(Cancellation);

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
            [.. events.Select(e => TrackedEvent.FromRequest(e.Kind, new ItemToken(mailing.MailingId, 1, e.Link), Accepted.AddSeconds(e.Seconds), "Firefox", null))], Cancellation));

    private Task<string> MarkedAsync(ArrangedMailing mailing) => database.ScalarAsync<string>(
        $"""
        SELECT coalesce(string_agg(kind || ' ' || trim_scale(extract(epoch FROM at - '2026-03-10T09:00:00Z'::timestamptz)) || ' ' || machine_reason, '|' ORDER BY at), '')
        FROM engine.event WHERE machine AND mailing_id = {mailing.MailingId}
        """);
}
