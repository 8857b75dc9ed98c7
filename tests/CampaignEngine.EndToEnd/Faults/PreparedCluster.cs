using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Faults;

/// <summary>A private server's files with all migrations in it, made once and copied for every test that does not ask how they are made.</summary>
internal static class PreparedCluster
{
    private static readonly TempDirectory Folder = new("pc");
    private static readonly SemaphoreSlim Gate = new(1);
    private static bool _stands;

    /// <summary>Puts it into a workspace that has none yet.</summary>
    /// <param name="make">Makes it in a workspace: started, migrated and stopped.</param>
    public static async Task CopyAsync(string workspace, Func<string, Task> make, CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        try
        {
            if (!_stands)
            {
                AppDomain.CurrentDomain.ProcessExit += (_, _) => Folder.Dispose();
                await make(Folder["w"]);
                _stands = true;
            }
        }
        finally
        {
            Gate.Release();
        }

        // With its owner, who is not the one who runs the tests when that is root.
        using var copy = System.Diagnostics.Process.Start("cp", ["-a", Folder["w/.campaign"], workspace]);
        await copy.WaitForExitAsync(cancellationToken);
        Assert.Equal(0, copy.ExitCode);
    }
}
