using System.Text.Json;
using CampaignEngine.EndToEnd.Faults;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Dispatching;

/// <summary>The real program against a relay that puts off, then refuses.</summary>
public sealed class BrakeTests : IDisposable
{
    private const int People = 800;
    private readonly TempDirectory _folder = new("br");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task SlowsDownPausesSendsNothingWhilePausedAndThenTheRestOnce()
    {
        // Slow enough that a brake comes before the end; how long it takes to come does not matter then.
        var pace = TimeSpan.FromMilliseconds(20);
        var answered = 0;
        var slowed = false;
        var recovered = false;
        await using var sink = new Sink(new ReceiverScript().On(ReceiverMoment.MessageEnd, _ => Volatile.Read(ref recovered) ? null : (Interlocked.Increment(ref answered) % 2, Volatile.Read(ref slowed)) switch
        {
            (_, true) => ReceiverAct.Answer(554, "5.7.1", "this message looks like spam") with { Delay = pace },
            (0, _) => ReceiverAct.Answer(451, "4.7.0", "try again later") with { Delay = pace },
            _ => ReceiverAct.Wait(pace),
        }));
        await using var shop = await Shop.OpenAsync(_folder["s"], sink.Port);
        File.AppendAllText(Path.Combine(shop.Folder, "engine.yaml"), "\nbrakes: { routes: { all: { sample: 20, window: 1 minute, deferred: { pause: 100% }, recover_every: 1 second, slow_by: 20% } } }\n");
        await shop.FillAsync(People);
        await shop.LaunchAsync();

        // 1 It slows down, then stops, says why, and ends.
        using var worker = shop.Start("worker", "--until-idle");
        var ending = worker.FinishAsync(Cancel);
        Assert.True(await Eventually.IsTrueAsync(async () => await shop.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM engine.brake_change WHERE phase = 'slowed')"), Cancel));
        Volatile.Write(ref slowed, true);
        var first = await ending;
        Assert.True(first.ExitCode == 0, first.Errors);
        Assert.Matches(@"route inbox is slowed to [\d.]+ a second, \d+% of its pace \(deferred: [\d.]+% of \d+ answers in 1 minute, more than 20%\)", first.Errors);
        Assert.Matches(@"route inbox is paused by its brake \((rejected|blocked): [\d.]+% of \d+ answers in 1 minute, more than 10%\)", first.Errors);
        Assert.InRange(answered, 40, People - 50);
        var status = JsonDocument.Parse((await shop.RunAsync("status", "--output", "json")).Output).RootElement[0];
        Assert.Equal("running", status.GetProperty("state").GetString());
        Assert.EndsWith("'campaign resume --route inbox' goes on", status.GetProperty("braked_by").GetString(), StringComparison.Ordinal);

        // 2 Another worker sends nothing, whatever the relay would say now.
        var before = sink.Stored.Count;
        Volatile.Write(ref recovered, true);
        Assert.Equal(0, (await shop.RunAsync("worker", "--until-idle")).ExitCode);
        Assert.Equal(before, sink.Stored.Count);

        // 3 Resumed, everybody gets an end, nobody two; who was put off may try again at once here.
        var resume = await shop.RunAsync("resume", "--route", "inbox");
        Assert.Contains("the brake of route inbox is released", resume.Errors, StringComparison.Ordinal);
        await shop.ExecuteAsync("UPDATE engine.send_retry SET not_before = now(); UPDATE engine.send_chunk SET retry_at = now() WHERE retry_at IS NOT NULL");
        var last = await shop.RunAsync("worker", "--until-idle");
        Assert.True(last.ExitCode == 0, last.Errors);
        var rejected = await shop.ScalarAsync<long>("SELECT count(*) FROM engine.send_outcome WHERE outcome = 'rejected'");
        Assert.Empty(sink.Twice);
        Assert.Equal(People, sink.Stored.Count + rejected);
        await shop.AssertSentAsync(People - (int)rejected);
    }
}
