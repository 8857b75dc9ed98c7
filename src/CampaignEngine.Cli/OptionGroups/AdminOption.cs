using System.CommandLine;
using CampaignEngine.Web;
using CampaignEngine.Web.Admin;

namespace CampaignEngine.Cli.OptionGroups;

/// <summary><c>--admin URL</c>: where this process shows its metrics and health.</summary>
internal sealed class AdminOption
{
    private static readonly TimeSpan GaugePause = TimeSpan.FromSeconds(10);
    private readonly Option<string?> _option = new("--admin") { HelpName = "URL" };

    /// <param name="fallback">Where the address comes from when the option is not given, for the help.</param>
    public static AdminOption AddTo(Command command, string fallback)
    {
        var group = new AdminOption();
        group._option.Description = $"Address of /metrics, /livez and /readyz; not for the public [default: {fallback}].";
        command.Options.Add(group._option);
        return group;
    }

    /// <summary>Starts it; null when nobody asked for it.</summary>
    /// <param name="configured">The address where the option is not given.</param>
    public async Task<RunningAdmin?> StartAsync(ParseResult parsed, WorkspaceSession session, string? configured, CancellationToken cancellationToken)
    {
        if ((parsed.GetValue(_option) ?? configured) is not { } listen)
        {
            return null;
        }

        var server = await AdminServer.StartAsync(listen, session.Services.Readiness, cancellationToken);
        await Console.Error.WriteLineAsync($"metrics and health on {server.Address}");
        var gauges = new RepeatedWork("metrics", GaugePause, session.Services.LedgerGauges.RunOnceAsync, session.TimeProvider, Console.Error.WriteLine);
        await gauges.StartAsync(cancellationToken);
        return new RunningAdmin(server, gauges);
    }

    /// <summary>Ends with the process it shows.</summary>
    internal sealed class RunningAdmin(AdminServer server, RepeatedWork gauges) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await gauges.StopAsync(CancellationToken.None);
            gauges.Dispose();
            await server.DisposeAsync();
        }
    }
}
