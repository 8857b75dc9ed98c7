using CampaignEngine.Customers;
using CampaignEngine.Database;

namespace CampaignEngine.Channels.Sms;

/// <summary>Puts the SMS channel together from a workspace: its gateways, its templates' model, its keys.</summary>
public static class SmsSetup
{
    /// <exception cref="InvalidDataException">A password or key cannot be read, or engine.yaml has no gateway; the text says which and what to do.</exception>
    public static ChannelSetup Of(EngineDatabase database, string workspaceDirectory, EngineSettings settings, CustomerModel model, TimeProvider time)
    {
        if (settings.Gateways.Count == 0)
        {
            throw new InvalidDataException($"{settings.File} has no route with 'http', so no SMS can leave; add one under 'routes'");
        }

        var first = settings.SmsSenders.Count > 0 ? settings.SmsSenders[0].Route : settings.Gateways.Keys.First();
        return new ChannelSetup(
            new SmsChannel(settings.Gateways, first, workspaceDirectory, time),
            new SmsMessages(database.Source, model, settings, InstallationKeys.Load(workspaceDirectory), time),
            settings.Gateways[first].Connections);
    }
}
