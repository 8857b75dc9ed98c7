using System.Security.Cryptography;
using CampaignEngine.Customers;
using CampaignEngine.Database;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Resolving;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Channels.Email;

/// <summary>Puts a worker for e-mail together from a workspace: its routes, its templates' model, its keys.</summary>
public static class EmailDispatch
{
    /// <param name="options">Null: as many lanes as the first route allows connections, everything else as <see cref="DispatchOptions"/> has it.</param>
    /// <exception cref="InvalidDataException">A password or key cannot be read, or engine.yaml has no route; the text says which and what to do.</exception>
    public static Dispatcher Create(
        EngineDatabase database, string workspaceDirectory, EngineSettings settings, CustomerModel model, DispatchOptions? options, TimeProvider time,
        IProgress<DispatchProgress>? progress = null, Action<string>? say = null)
    {
        if (settings.Routes.Count == 0)
        {
            throw new InvalidDataException($"{settings.File} has no route, so no e-mail can leave; add one under 'routes'");
        }

        var first = settings.Senders.Count > 0 ? settings.Senders[0].Route : settings.Routes.Keys.First();
        var routes = settings.Routes.ToDictionary(r => r.Key, r => r.Value.ToSmtpRoute(workspaceDirectory), StringComparer.Ordinal);
        var signers = settings.Senders.Where(s => s.Dkim is not null).ToDictionary(s => s.Name, s => s.Dkim!.Load(workspaceDirectory), StringComparer.Ordinal);
        var keys = InstallationKeys.Load(workspaceDirectory);
        return new Dispatcher(
            database.Source,
            new EmailChannel(routes, first, time)
            {
                Keys = signers,
                Policies = routes.Values.Any(r => r.PolicyDomain is not null)
                    ? new MtaStsPolicies(new TxtLookup(TxtLookup.SystemServers(), TimeSpan.FromSeconds(5), time), MtaStsPolicies.NewClient(), time) : null,
            },
            new EmailMessages(database.Source, model, settings, keys, time),
            (options ?? new DispatchOptions { Lanes = Math.Clamp(settings.Routes[first].Connections, 1, 256) }).In(workspaceDirectory, settings.Zone) with { LimitsOf = settings.LimitsOf },
            WorkerIdentity.Of(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))),
            CrashPoint.FromEnvironment(),
            time)
        {
            Progress = progress,
            Say = say ?? (static _ => { }),
        };
    }
}
