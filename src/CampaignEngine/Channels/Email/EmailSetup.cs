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
        if (settings.Routes.Count == 0)
        {
            throw new InvalidDataException($"{settings.File} has no route, so no e-mail can leave; add one under 'routes'");
        }

        var first = settings.Senders.Count > 0 ? settings.Senders[0].Route : settings.Routes.Keys.First();
        var routes = settings.Routes.ToDictionary(r => r.Key, r => r.Value.ToSmtpRoute(workspaceDirectory), StringComparer.Ordinal);
        var channel = new EmailChannel(routes, first, time)
        {
            Keys = settings.Senders.Where(s => s.Dkim is not null).ToDictionary(s => s.Name, s => s.Dkim!.Load(workspaceDirectory), StringComparer.Ordinal),
            Policies = routes.Values.Any(r => r.PolicyDomain is not null)
                ? new MtaStsPolicies(new TxtLookup(TxtLookup.SystemServers(), TimeSpan.FromSeconds(5), time), MtaStsPolicies.NewClient(), time) : null,
        };
        var messages = new EmailMessages(database.Source, model, settings, InstallationKeys.Load(workspaceDirectory), time);
        return new ChannelSetup(channel, messages, settings.Routes[first].Connections);
    }
}
