using System.Diagnostics;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Database;

/// <summary>Watching and killing processes that are not our children.</summary>
internal static class Processes
{
    public static bool IsAlive(int id) => File.Exists($"/proc/{id}/stat") && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);

    public static void Kill(int id)
    {
        using var process = Process.GetProcessById(id);
        process.Kill();
    }

    public static async Task<bool> EndsAsync(int id) => await Eventually.IsTrueAsync(() => !IsAlive(id), TestContext.Current.CancellationToken);
}
