using Microsoft.Extensions.Hosting;
using Npgsql;

namespace CampaignEngine.Web;

/// <summary>Calls a RunOnceAsync again and again while the server lives. A database that is away costs the round, not the server; anything else stops it.</summary>
/// <param name="say">Gets one line when a round failed.</param>
public sealed class RepeatedWork(string name, TimeSpan pause, Func<CancellationToken, Task> runOnce, TimeProvider clock, Action<string> say) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await RoundAsync(stoppingToken);
                await Task.Delay(pause, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        try
        {
            await runOnce(cancellationToken);
        }
        catch (NpgsqlException fault)
        {
            say($"{name}: the database did not answer ({fault.Message}); trying again in {pause.TotalSeconds:0} s");
        }
    }
}
