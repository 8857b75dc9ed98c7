using CampaignEngine.Database;
using CampaignEngine.Testing;
using Npgsql;

namespace CampaignEngine.Tests.Database;

public sealed class LostServerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AServerThatGoesAwayIsOneClearMessageAndTheNextOpenBringsItBack()
    {
        using var workspace = new TempDirectory();
        var options = new DatabaseOptions { WorkspaceDirectory = workspace.FullName, Linger = TimeSpan.Zero };
        await using (var database = await EngineDatabase.OpenAsync(options, TimeProvider.System, Cancel))
        {
            await using var connection = await database.ConnectAsync(Cancel);
            var process = int.Parse(
                File.ReadLines(Path.Combine(database.Server!.DataDirectory, "postmaster.pid")).First(), System.Globalization.CultureInfo.InvariantCulture);
            await using var waiting = new NpgsqlCommand("SELECT pg_sleep(600)", connection) { CommandTimeout = 0 };
            var lost = waiting.ExecuteNonQueryAsync(Cancel);

            System.Diagnostics.Process.GetProcessById(process).Kill();

            var fault = await Assert.ThrowsAnyAsync<NpgsqlException>(() => lost);
            var text = Assert.IsType<DatabaseUnavailableException>(database.Explain(fault)).Message;
            Assert.Contains(database.Place, text, StringComparison.Ordinal);
            Assert.EndsWith(", then run the command again", text, StringComparison.Ordinal);

            await using var again = await EngineDatabase.OpenAsync(options, TimeProvider.System, Cancel);
            await again.MigrateAsync(Cancel);
        }
    }
}
