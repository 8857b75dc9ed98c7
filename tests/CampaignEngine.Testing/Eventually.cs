using System.Diagnostics;

namespace CampaignEngine.Testing;

/// <summary>Waiting for what real processes and sockets do by themselves: they have no clock that a test could move.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Looks until a condition holds; false when a minute was not enough.</summary>
    public static Task<bool> IsTrueAsync(Func<bool> condition, CancellationToken cancellationToken) => IsTrueAsync(() => Task.FromResult(condition()), cancellationToken);

    /// <inheritdoc cref="IsTrueAsync(Func{bool}, CancellationToken)"/>
    public static async Task<bool> IsTrueAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        for (var started = Stopwatch.StartNew(); started.Elapsed < Patience; await Task.Delay(20, cancellationToken))
        {
            if (await condition())
            {
                return true;
            }
        }

        return false;
    }
}
