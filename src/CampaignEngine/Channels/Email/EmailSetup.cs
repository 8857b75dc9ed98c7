using CampaignEngine.Customers;
using CampaignEngine.Database;
using CampaignEngine.Mail.Resolving;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Channels.Email;

/// <summary>Puts the e-mail channel together from a workspace: its routes, its templates' model, its keys.</summary>
public static class EmailSetup
{
    /// <exception cref="InvalidDataException">A password or key cannot be read, or engine.yaml has no route; the text says which and what to do.</exception>
    public static ChannelSetup Of(EngineDatabase database, string workspaceDirectory, EngineSettings settings, CustomerModel model, TimeProvider time)
    {
        var channel = ChannelOf(workspaceDirectory, settings, time);
        var messages = new EmailMessages(database.Source, model, settings, InstallationKeys.Load(workspaceDirectory), time);
        return new ChannelSetup(channel, messages, settings.Routes[FirstRoute(settings)].Connections);
    }

    /// <summary>The channel alone.</summary>
    /// <exception cref="InvalidDataException">As above.</exception>
    public static EmailChannel ChannelOf(string workspaceDirectory, EngineSettings settings, TimeProvider time)
    {
        if (settings.Routes.Count == 0)
        {
            throw new InvalidDataException($"{settings.File} has no route, so no e-mail can leave; add one under 'routes'");
        }

        var routes = settings.Routes.ToDictionary(r => r.Key, r => r.Value.ToSmtpRoute(workspaceDirectory), StringComparer.Ordinal);
        return new EmailChannel(routes, FirstRoute(settings), time)
        {
            Keys = settings.Senders.Where(s => s.Dkim is not null).ToDictionary(s => s.Name, s => s.Dkim!.Load(workspaceDirectory), StringComparer.Ordinal),
            Policies = routes.Values.Any(r => r.PolicyDomain is not null)
                ? new MtaStsPolicies(new DnsLookup(DnsLookup.SystemServers(), TimeSpan.FromSeconds(5), time), MtaStsPolicies.NewClient(), time) : null,
        };
    }

    private static string FirstRoute(EngineSettings settings) => settings.Senders.Count > 0 ? settings.Senders[0].Route : settings.Routes.Keys.First();
}
