using System.Runtime.Versioning;
using CampaignEngine.EndToEnd.Dispatching;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Faults;

/// <summary>A worker that is told to stop while its relay is slow to answer.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class StoppedWorkerTests : IDisposable
{
    private const int People = 300;
    private readonly TempDirectory _folder = new("sw");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task FinishesWhatItHasBegunLeavesNoDoubtAndGivesTheRestBack()
    {
        // From the fortieth message on everybody waits for the answer; it comes when the worker has said that it stops.
        var reached = new TaskCompletionSource();
        var stopping = new TaskCompletionSource();
        var count = 0;
        await using var sink = new Sink(new ReceiverScript().On(ReceiverMoment.Stored, _ =>
        {
            if (Interlocked.Increment(ref count) >= 40)
            {
                reached.TrySetResult();
                stopping.Task.Wait(TimeSpan.FromSeconds(60), Cancel);
            }

            return null;
        }));
        await using var shop = await Shop.OpenAsync(_folder["s"], sink.Port);
        await shop.FillAsync(People);
        Assert.Equal(0, (await shop.RunAsync("launch", Shop.Campaign, "--plan", await shop.PlanAsync())).ExitCode);

        using var worker = shop.Start("worker", "--until-idle");
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        await Signal.SendAsync(worker.Id, "TERM", Cancel);
        await worker.ReadErrorsUntilAsync("stopping: the messages under way are finished first", Cancel);
        stopping.SetResult();
        var end = await worker.FinishAsync(Cancel);

        Assert.DoesNotContain("   at ", end.Errors, StringComparison.Ordinal);
        Assert.InRange(sink.Stored.Count, 40, People - 1);
        Assert.Equal(sink.Stored.Count, await shop.ScalarAsync<long>("SELECT count(*) FROM engine.send_outcome WHERE outcome = 'accepted'"));
        Assert.Equal(0, await shop.ScalarAsync<long>("SELECT count(*) FROM engine.send_doubt"));
        Assert.Equal(0, await shop.ScalarAsync<long>("SELECT count(*) FROM engine.send_chunk WHERE owner IS NOT NULL"));

        var next = await shop.RunAsync("worker", "--until-idle");
        Assert.True(next.ExitCode == 0, next.Errors);
        Assert.Empty(sink.Twice);
        Assert.Equal(People, sink.Stored.Count);
    }
}
