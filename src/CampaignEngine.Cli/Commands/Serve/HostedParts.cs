using CampaignEngine.Tracking;
using CampaignEngine.Web;
using Microsoft.Extensions.DependencyInjection;

namespace CampaignEngine.Cli.Commands.Serve;

/// <summary>Everything that works beside the web pages in 'campaign serve', one line each. It starts and stops with the server.</summary>
internal static class HostedParts
{
    public static void Add(IServiceCollection services, WorkspaceSession session, WorkspaceFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        services.AddHostedService(_ => new RepeatedWork(
            "machine sweep", TimeSpan.FromSeconds(10), cancellationToken => new MachineSweep(session.Database.Source).RunOnceAsync(cancellationToken), session.TimeProvider, Console.Error.WriteLine));
    }
}
