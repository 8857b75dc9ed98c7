using System.Diagnostics;
using System.Globalization;

namespace CampaignEngine.Testing;

/// <summary>Real signals for real processes.</summary>
public static class Signal
{
    /// <param name="name">Without SIG: INT, TERM, STOP, CONT.</param>
    public static async Task SendAsync(int process, string name, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", [$"-{name}", process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancellationToken);
    }
}
