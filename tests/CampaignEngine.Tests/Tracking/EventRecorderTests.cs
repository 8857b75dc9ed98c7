using CampaignEngine.Testing;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Machines;
using Npgsql;

namespace CampaignEngine.Tests.Tracking;

public sealed class EventRecorderTests(TestDatabase database) : IClassFixture<TestDatabase>, IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    private readonly TempDirectory _folder = new("spool");
    private readonly List<string> _said = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AnEventIsOnTheDiskWhenItsTaskEndsAndInTheDatabaseSoon()
    {
        var mailing = await FreezeAsync("durable");
        await using var recorder = Recorder();
        await Task.WhenAll(Enumerable.Range(0, 3_000).Select(async n =>
        {
            Assert.True(recorder.TryRecord(Open(mailing, Noon.AddSeconds(n)), out var durable));
            Assert.True(await durable);
        }));
        await recorder.FlushAsync(Cancellation);
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
    public async Task ARefusedEventDoesNotTakeItsNeighboursWithItAndIsNamed()
    {
        var mailing = await FreezeAsync("refused");
        var broken = Open(mailing, Noon) with { LinkNo = 1, Key = "an open with a link" };
        await using var recorder = Recorder();
        Assert.True(recorder.TryRecord([Open(mailing, Noon.AddSeconds(1)), broken, Open(mailing, Noon.AddSeconds(2))], out var durable));
        Assert.True(await durable);
        await recorder.FlushAsync(Cancellation);
        Assert.Equal(2, await CountAsync(mailing));
        Assert.StartsWith("events: the database refuses the event an open with a link for good: new row for relation", Assert.Single(_said));
    }

    [Fact]
    public async Task EventsAreTakenWhileTheDatabaseStandsStillAndKeptByWhoeverComesNext()
    {
        var mailing = await FreezeAsync("still");
        await using (await LockEventsAsync())
        {
            var recorder = Recorder();
            Assert.True(await recorder.RecordAsync(Open(mailing, Noon), TimeSpan.FromSeconds(30), Cancellation));
            Assert.True(await recorder.RecordAsync(Open(mailing, Noon.AddSeconds(1)), TimeSpan.FromSeconds(30), Cancellation));
            await recorder.DisposeAsync();
            Assert.Contains(_said, line => line.StartsWith("events: the database has not taken everything; the rest stays in the spool", StringComparison.Ordinal));
        }

        Assert.Equal(0, await CountAsync(mailing));
        await using var next = Recorder();
        Assert.True(await next.RecordAsync(Open(mailing, Noon.AddSeconds(2)), TimeSpan.FromSeconds(30), Cancellation));
        await next.FlushAsync(Cancellation);
        Assert.Equal(3, await CountAsync(mailing));
    }

    [Fact]
    public async Task AFullSpoolTakesNothingMoreUntilTheDatabaseHasRead()
    {
        var mailing = await FreezeAsync("full");
        await using var recorder = Recorder(Options() with { LastPatience = TimeSpan.FromSeconds(10), Capacity = 4_000, SegmentSize = 500 });
        var taken = 0;
        await using (await LockEventsAsync())
        {
            while (await recorder.RecordAsync(Open(mailing, Noon.AddSeconds(taken)), TimeSpan.FromSeconds(30), Cancellation))
            {
                taken++;
            }

            Assert.InRange(taken, 40, 80);
            Assert.False(recorder.TryRecord(Open(mailing, Noon.AddHours(1)), out _));
        }

        await recorder.FlushAsync(Cancellation);
        Assert.Equal(taken, await CountAsync(mailing));
        Assert.True(await recorder.RecordAsync(Open(mailing, Noon.AddHours(1)), TimeSpan.FromSeconds(30), Cancellation));
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
        var odd = TrackedEvent.FromRequest(EventKind.Open, new ItemToken(mailing.MailingId, 1, 0), Noon, new SeenRequest("a\0b\r\n\ud800" + new string('x', 10_000)), MachineRules.Default);
        Assert.Equal(1, await new EventStore(database.Source).WriteAsync([odd], Cancellation));
        Assert.StartsWith("a?b???xxx", await database.ScalarAsync<string>($"SELECT user_agent FROM engine.event WHERE mailing_id = {mailing.MailingId}"));
    }

    private EventRecorderOptions Options() => new() { Directory = Path.Combine(_folder.FullName, "spool"), Gathering = TimeSpan.FromMilliseconds(1), LastPatience = TimeSpan.FromSeconds(1) };

    private EventRecorder Recorder(EventRecorderOptions? options = null) => new(new EventStore(database.Source), options ?? Options(), TimeProvider.System, line =>
    {
        lock (_said)
        {
            _said.Add(line);
        }
    });

    private Task<ArrangedMailing> FreezeAsync(string campaign) =>
        ArrangedMailing.FreezeAsync(database.Source, [new ArrangedPerson("1", "one@example.com")], campaign, cancellationToken: Cancellation);

    private static TrackedEvent Open(ArrangedMailing mailing, DateTimeOffset at) => TrackedEvent.FromRequest(EventKind.Open, new ItemToken(mailing.MailingId, 1, 0), at, new SeenRequest("test"), MachineRules.Default);

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
