using System.Net;
using CampaignEngine.Channels.Sms.Rehearsing;
using CampaignEngine.Cli.Commands.Campaigns;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Planning;

namespace CampaignEngine.Cli.Demo;

/// <summary>The SMS behind the e-mail: planned, launched and sent through a gateway double into the same inbox.</summary>
/// <param name="inbox">Folder of the inbox.</param>
internal sealed class FollowUp(WorkspaceSession session, string inbox, TimeProvider time)
{
    /// <summary>What became of it.</summary>
    /// <param name="Arrived">SMS the gateway took.</param>
    public sealed record Result(PlanDocument Plan, DispatchCounts Counts, int Arrived);

    public async Task<Result> RunAsync(CancellationToken cancellationToken)
    {
        var plan = await PlanCommand.MakeAsync(session, DemoFiles.FollowUp, cancellationToken);
        var launch = await new CampaignRun(session.Services).LaunchAsync(DemoFiles.FollowUp, plan.Hash, overBudget: false, cancellationToken);
        if (launch.Ending != LaunchEnding.Launched)
        {
            throw CommandException.Failed(launch.Text);
        }

        var arrived = 0;
        await using var writer = MessageStoreWriter.Open(inbox, durable: false);
        await using var gateway = GatewayDouble.Start(
            new IPEndPoint(IPAddress.Loopback, 0),
            new GatewayScript(),
            async (message, _) =>
            {
                await writer.AppendAsync(message.ToStored());
                Interlocked.Increment(ref arrived);
            },
            time);

        // engine.yaml names the place where 'campaign inbox --sms' would listen.
        var server = new Uri($"http://{gateway.EndPoint}");
        var toInbox = session.Settings with { Gateways = session.Settings.Gateways.ToDictionary(g => g.Key, g => g.Value with { Server = server }) };
        var services = new CampaignEngineServices(session.Services.WorkspaceDirectory, toInbox, session.Model, session.Database, time);
        var counts = await new CampaignRun(services).SendDueAsync(null, Console.Error.WriteLine, cancellationToken);
        return new Result(plan, counts, arrived);
    }
}
