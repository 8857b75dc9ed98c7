using System.Net;
using CampaignEngine.Customers;
using CampaignEngine.Rendering;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Machines;
using Npgsql;

namespace CampaignEngine.Web.Endpoints;

/// <summary>What the recipients' side of the site needs. One for the life of the process.</summary>
/// <param name="recorder">Dispose it after the server has stopped, so that waiting events are written.</param>
/// <param name="settings">For the page that shows a message again; null: there is none.</param>
public sealed class TrackingSite(NpgsqlDataSource database, CustomerModel model, ItemTokens tokens, TimeProvider clock, EventRecorder recorder, MachineRules rules, EngineSettings? settings = null)
{
    public ItemTokens Tokens { get; } = tokens;

    public TimeProvider Clock { get; } = clock;

    public EventRecorder Recorder { get; } = recorder;

    public MachineRules Rules { get; } = rules;

    /// <summary>Proxies in front whose X-Forwarded-For is believed; this machine itself always is.</summary>
    public IReadOnlyList<IPNetwork> Proxies { get; } = settings?.Web.Proxies ?? [];

    public LinkTargets Links { get; } = new(database);

    public Unsubscribing Unsubscribing { get; } = new(database, model);

    public Preferences Preferences { get; } = new(database, model, new Unsubscribing(database, model));

    public OptingIn OptingIn { get; } = new(database, new Unsubscribing(database, model));

    public OnlineMessages? Online { get; } = settings is null ? null : new OnlineMessages(database, model, settings, tokens, clock);

    public NpgsqlDataSource Database { get; } = database;

    public RecipientLanguage Languages { get; } = new(database, model, clock);
}
