using System.Diagnostics;

namespace CampaignEngine.EndToEnd.Database;

/// <summary>Waiting for and killing processes that are not our children.</summary>
internal static class Processes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static bool IsAlive(int id) => File.Exists($"/proc/{id}/stat") && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);

    public static void Kill(int id)
    {
        using var process = Process.GetProcessById(id);
        process.Kill();
    }

    public static async Task<bool> EndsAsync(int id) => await BecomesTrueAsync(() => !IsAlive(id));

    /// <summary>Looks until a condition holds; real processes have no fake clock. False when a minute was not enough.</summary>
    public static async Task<bool> BecomesTrueAsync(Func<bool> condition)
    {
        for (var started = Stopwatch.StartNew(); started.Elapsed < Patience; await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            if (condition())
            {
                return true;
            }
        }

        return false;
    }
}
