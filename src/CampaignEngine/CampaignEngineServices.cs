using CampaignEngine.Customers;
using CampaignEngine.Database;
using CampaignEngine.Deduplication;
using CampaignEngine.Planning;

namespace CampaignEngine;

/// <summary>The engine's parts wired for one workspace and database; each is made when first used.</summary>
/// <param name="directory">The workspace's folder.</param>
public sealed class CampaignEngineServices(string directory, EngineSettings settings, CustomerModel model, EngineDatabase database, TimeProvider timeProvider)
{
    private readonly Lazy<InstallationKeys> _keys = new(() => InstallationKeys.Load(directory));

    public string WorkspaceDirectory => directory;
    public EngineDatabase Database => database;
    public TimeProvider TimeProvider => timeProvider;
    public CustomerModel Model => model;
    public EngineSettings Settings => settings;
    public TimeZoneInfo Zone { get; } = TimeZoneInfo.FindSystemTimeZoneById(settings.Zone);

    // Customers
    public InstallationKeys Keys => _keys.Value;
    public RecipientKeys RecipientKeys => new(Keys);

    // Deduplication
    public ContactPoints Contacts => new(RecipientKeys, Settings.Dedupe, Settings.DefaultCountry);
    public ListMaker Lists => new(database, Model, RecipientKeys, Contacts, Zone, timeProvider);
    public MailingFreezer Freezer => new(database, new FreezeSource(database, Model, Lists, Contacts, Zone), Zone, timeProvider);

    // Planning
    public Launcher Launcher => new(database, Freezer, Zone, timeProvider);
    public Explainer Explainer => new(database, Model, Zone, timeProvider);
}
