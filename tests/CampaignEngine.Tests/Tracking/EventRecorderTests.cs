using CampaignEngine.Testing;
using CampaignEngine.Tracking;
using Npgsql;

namespace CampaignEngine.Tests.Tracking;

public sealed class EventRecorderTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnEventIsCommittedWhenItsTaskEnds()
    {
        var mailing = await FreezeAsync("durable");
        await using var recorder = Recorder();
        await Task.WhenAll(Enumerable.Range(0, 3_000).Select(async n =>
        {
            Assert.True(recorder.TryRecord(Open(mailing, Noon.AddSeconds(n)), out var durable));
            await durable;
        }));
        Assert.Equal(3_000, await CountAsync(mailing));
    }

    [Fact]
    public async Task TheSameEventHandedInTwiceIsOneEvent()
    {
        var mailing = await FreezeAsync("twice");
        var store = new EventStore(database.Source);
        var same = Open(mailing, Noon);
        Assert.Equal(1, await store.WriteAsync([same, same with { At = Noon.AddHours(1) }], Cancellation));
        Assert.Equal(0, await store.WriteAsync([same], Cancellation));
        Assert.Equal(1, await CountAsync(mailing));
    }

    [Fact]
    public async Task AnEventAboutAnItemThatDoesNotExistIsPassedOver()
    {
        var mailing = await FreezeAsync("unknown");
        var stranger = Open(mailing, Noon) with { Ordinal = 999, Key = "stranger" };
        Assert.Equal(0, await new EventStore(database.Source).WriteAsync([stranger, stranger with { MailingId = 2_000_000, Key = "stranger 2" }], Cancellation));
    }

    [Fact]
    public async Task ARefusedEventDoesNotTakeItsNeighboursWithIt()
    {
        var mailing = await FreezeAsync("refused");
        var broken = Open(mailing, Noon) with { LinkNo = 1, Key = "an open with a link" };
        await using var recorder = Recorder();
        await using (await LockEventsAsync())
        {
            // The first event holds the writer; the others share the batch after it.
            Assert.True(recorder.TryRecord(Open(mailing, Noon), out _));
        }

        Assert.True(recorder.TryRecord(Open(mailing, Noon.AddSeconds(1)), out var before));
        Assert.True(recorder.TryRecord(broken, out var refused));
        Assert.True(recorder.TryRecord(Open(mailing, Noon.AddSeconds(2)), out var after));
        await before;
        await after;
        await Assert.ThrowsAsync<PostgresException>(() => refused);
        Assert.Equal(3, await CountAsync(mailing));
    }

    [Fact]
    public async Task NothingIsAcknowledgedWhileTheDatabaseStandsStill()
    {
        var mailing = await FreezeAsync("still");
        await using var recorder = Recorder();
        Task durable;
        await using (await LockEventsAsync())
        {
            Assert.True(recorder.TryRecord(Open(mailing, Noon), out durable));
            Assert.False(await recorder.RecordAsync(Open(mailing, Noon.AddSeconds(1)), TimeSpan.FromMilliseconds(50), Cancellation));
            Assert.False(durable.IsCompleted);
        }

        await durable;
    }

    [Fact]
    public async Task AFullQueueTakesNothingMore()
    {
        var mailing = await FreezeAsync("full");
        await using var recorder = new EventRecorder(new EventStore(database.Source), new EventRecorderOptions { Capacity = 2, BatchSize = 1 }, TimeProvider.System);
        await using (await LockEventsAsync())
        {
            var taken = Enumerable.Range(0, 10).Count(n => recorder.TryRecord(Open(mailing, Noon.AddSeconds(n)), out _));
            Assert.InRange(taken, 2, 3);
        }
    }

    [Fact]
    public async Task WhatWaitsIsWrittenBeforeTheRecorderEnds()
    {
        var mailing = await FreezeAsync("ending");
        await using (var recorder = Recorder())
        {
            for (var n = 0; n < 500; n++)
            {
                Assert.True(recorder.TryRecord(Open(mailing, Noon.AddSeconds(n)), out _));
            }
        }

        Assert.Equal(500, await CountAsync(mailing));
    }

    [Fact]
    public async Task AUserAgentOfAnyBytesIsStored()
    {
        var mailing = await FreezeAsync("agent");
        var odd = TrackedEvent.FromRequest(EventKind.Open, new ItemToken(mailing.MailingId, 1, 0), Noon, "a\0b\r\n\ud800" + new string('x', 10_000), null);
        Assert.Equal(1, await new EventStore(database.Source).WriteAsync([odd], Cancellation));
        Assert.StartsWith("a?b???xxx", await database.ScalarAsync<string>($"SELECT user_agent FROM engine.event WHERE mailing_id = {mailing.MailingId}"));
    }

    private EventRecorder Recorder() => new(new EventStore(database.Source), new EventRecorderOptions(), TimeProvider.System);

    private Task<ArrangedMailing> FreezeAsync(string campaign) =>
        ArrangedMailing.FreezeAsync(database.Source, [new ArrangedPerson("1", "one@example.com")], campaign, cancellationToken: Cancellation);

    private static TrackedEvent Open(ArrangedMailing mailing, DateTimeOffset at) => TrackedEvent.FromRequest(EventKind.Open, new ItemToken(mailing.MailingId, 1, 0), at, "test", null);

    private Task<long> CountAsync(ArrangedMailing mailing) => database.ScalarAsync<long>($"SELECT count(*) FROM engine.event WHERE mailing_id = {mailing.MailingId}");

    private async Task<NpgsqlConnection> LockEventsAsync()
    {
        var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE engine.event IN ACCESS EXCLUSIVE MODE", connection);
        await command.ExecuteNonQueryAsync(Cancellation);
        return connection;
    }
}
