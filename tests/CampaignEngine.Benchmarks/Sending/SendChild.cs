using System.Diagnostics;
using System.Globalization;

namespace CampaignEngine.Benchmarks.Sending;

/// <summary>
/// A sender's process: sends everything that is due, prints how many, how long it took, the peak of its memory in MiB, and the mean size of a message
/// where it was measured, else 0.
/// </summary>
internal static class SendChild
{
    public static Task WorkAsync(string folder) => MeasureAsync(folder, async workspace =>
        ((await workspace.Services.Worker(null, null, Console.Error.WriteLine).RunUntilIdleAsync(CancellationToken.None)).Accepted, 0));

    public static Task WorkWithoutLedgerAsync(string folder) => MeasureAsync(folder, workspace => UnledgeredSender.RunAsync(workspace, CancellationToken.None));

#if WITH_MAILKIT_LOOP
    public static Task WorkWithMailKitAsync(string folder, int most) => MeasureAsync(folder, workspace => MailKitLoop.RunAsync(workspace, most, CancellationToken.None));
#endif

    private static async Task MeasureAsync(string folder, Func<SendWorkspace, Task<(long Sent, long Bytes)>> send)
    {
        await using var workspace = await SendWorkspace.OpenAsync(folder, CancellationToken.None);
        var started = Stopwatch.GetTimestamp();
        var (sent, bytes) = await send(workspace);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sent} {seconds:0.000} {self.PeakWorkingSet64 / 1048576} {bytes / Math.Max(sent, 1)}"));
    }
}
