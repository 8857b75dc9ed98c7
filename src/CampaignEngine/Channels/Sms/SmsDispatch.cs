using System.Security.Cryptography;
using CampaignEngine.Customers;
using CampaignEngine.Database;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Channels.Sms;

/// <summary>Puts a worker for SMS together from a workspace: its gateways, its templates' model, its keys.</summary>
public static class SmsDispatch
{
    /// <param name="options">Null: as many lanes as the first gateway allows connections, everything else as <see cref="DispatchOptions"/> has it.</param>
    /// <exception cref="InvalidDataException">A password or key cannot be read, or engine.yaml has no gateway; the text says which and what to do.</exception>
    public static Dispatcher Create(
        EngineDatabase database, string workspaceDirectory, EngineSettings settings, CustomerModel model, DispatchOptions? options, TimeProvider time,
        IProgress<DispatchProgress>? progress = null, Action<string>? say = null)
    {
        if (settings.Gateways.Count == 0)
        {
            throw new InvalidDataException($"{settings.File} has no route with 'http', so no SMS can leave; add one under 'routes'");
        }

        var first = settings.SmsSenders.Count > 0 ? settings.SmsSenders[0].Route : settings.Gateways.Keys.First();
        return new Dispatcher(
            database.Source,
            new SmsChannel(settings.Gateways, first, workspaceDirectory, time),
            new SmsMessages(database.Source, model, settings, InstallationKeys.Load(workspaceDirectory), time),
            (options ?? new DispatchOptions { Lanes = Math.Clamp(settings.Gateways[first].Connections, 1, 256) }).In(workspaceDirectory, settings.Zone),
            WorkerIdentity.Of(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))),
            CrashPoint.FromEnvironment(),
            time)
        {
            Progress = progress,
            Say = say ?? (static _ => { }),
        };
    }
}
