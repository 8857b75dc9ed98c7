using CampaignEngine.Authoring;
using CampaignEngine.Channels;
using CampaignEngine.Channels.Email;
using CampaignEngine.Channels.Sms;
using CampaignEngine.Customers;
using CampaignEngine.Database;
using CampaignEngine.Deduplication;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Resolving;
using CampaignEngine.Operating;
using CampaignEngine.Planning;
using CampaignEngine.Rehearsing;
using CampaignEngine.Rendering;
using CampaignEngine.Reporting;
using CampaignEngine.Reporting.Deliverability;
using CampaignEngine.Reporting.Documents;
using CampaignEngine.Reporting.Winners;
using CampaignEngine.Scheduling;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Bounces;
using CampaignEngine.Tracking.Machines;
using CampaignEngine.Tracking.Orders;
using CampaignEngine.Tracking.Replies;

namespace CampaignEngine;

/// <summary>The engine's parts wired for one workspace and database; each is made when first used.</summary>
/// <param name="directory">The workspace's folder.</param>
public sealed class CampaignEngineServices(string directory, EngineSettings settings, CustomerModel model, EngineDatabase database, TimeProvider timeProvider)
{
    private readonly Lazy<MachineRules> _rules = new(() => MachineRules.Load(directory));
    private readonly Lazy<InstallationKeys> _keys = new(() => InstallationKeys.Load(directory));

    /// <summary>Whom to ask for DNS records.</summary>
    public Func<DnsLookup> Dns { get; init; } = static () => new DnsLookup(DnsLookup.SystemServers(), TimeSpan.FromSeconds(2), TimeProvider.System);

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
    public ListMaker Lists => new(database, Model, RecipientKeys, Contacts, settings.Caps, Zone, timeProvider);
    public SendingCalendar Calendar => new(settings.Quiet, settings.Holidays, settings.Zone);
    public MailingFreezer Freezer => new(
        database,
        new FreezeSource(database, Model, Lists, Contacts, Zone, MachineSweep),
        Groups,
        Zone,
        Calendar,
        timeProvider);
    public FrozenGroups Groups => new(settings.LimitedDomains, Zone) { KnownDomains = LooksUpProviders ? [.. settings.Providers.Keys] : null };
    public MailDomains MailDomains => new(database, settings.Providers, LooksUpProviders ? Dns() : null, timeProvider);

    private bool LooksUpProviders => settings.LookUpProviders && settings.LimitedDomains.Count > 0;

    // Planning
    public Planner Planner => new(database, Lists, SamplesAsync, Zone, settings.BaseCurrency, timeProvider, new TemplateProof(database.QuerySource, model, settings, Zone, timeProvider).RunAsync);
    public Launcher Launcher => new(database, Freezer, Zone, timeProvider);
    public Explainer Explainer => new(database, model, Zone, timeProvider);

    // Rehearsing
    public Rehearsal Rehearsal => new(this);

    // Tracking
    public ItemTokens Tokens => ItemTokens.Of(Keys, settings.Web.TokenKeys);
    public BounceReview BounceReview => new(database.Source, BounceStore);
    public BounceStore BounceStore => new(database.Source, settings.Bounces, MailReplies, Unsubscribing.KeepsConsents(Model));
    public ReplyDesk ReplyDesk => new(settings.Replies, Zone, timeProvider);
    public MailReplies MailReplies => new(settings, Contacts, new Unsubscribing(database.Source, Model), ReplyDesk);
    public OrderIntake? OrderIntake => OrderIntake.Of(database.Source, Model, Contacts, timeProvider);
    public Cases Cases => new(database.Source, Zone, timeProvider);
    public CaseAlarms CaseAlarms => new(database.Source, settings.Replies, Zone, timeProvider);
    public AnswerSweep AnswerSweep => new(database.Source, directory, settings, Keys, timeProvider);
    public BounceIntake BounceIntake(BounceRules rules) =>
        new(rules, new BounceProof(Tokens, new ReturnPaths(Tokens, settings.Bounces.ReturnPathDomain ?? ""), MessageIds.Of(Keys, "")), Contacts, timeProvider);

    /// <exception cref="InvalidDataException">machines.yaml has faults.</exception>
    public MachineRules MachineRules => _rules.Value;

    public MachineSweep MachineSweep => new(database.Source, MachineRules, timeProvider);

    /// <summary>Takes opens, clicks and the like into the workspace's spool, and from there into the database. The caller disposes it.</summary>
    /// <param name="say">Receives what keeps events from being stored, and when that is over.</param>
    /// <exception cref="IOException">The spool cannot be written.</exception>
    public EventRecorder Recorder(TimeProvider clock, Action<string> say) => new(
        new EventStore(database.Source),
        new EventRecorderOptions { Directory = Path.Combine(directory, ".campaign", "spool"), Capacity = settings.Web.SpoolMebibytes * 1024L * 1024L },
        clock,
        say);

    // Scheduling
    /// <param name="say">Receives what could not be frozen, and why.</param>
    public OccurrencePlanner Occurrences(Action<string> say) =>
        new(database.Source, async (occurrence, cancellationToken) =>
        {
            if (await MailDomains.LookUpForFreezeAsync(occurrence, cancellationToken) is { } unknown)
            {
                say(unknown);
            }

            await Freezer.FreezeAsync(occurrence, cancellationToken);
        }, Zone, timeProvider) { Say = say, DecideTests = Tests(say).RunOnceAsync };

    // Reporting
    public DeliverabilityReporter Deliverability => new(database.Source, settings.Providers, settings.SmallestCell);
    /// <param name="say">Receives what was decided and what could not be.</param>
    public TestReferee Tests(Action<string> say) => new(database, Reports, timeProvider, say);
    public ReportFonts Fonts => new(directory, settings.ReportFont);
    public CampaignReports Reports => new(database, Model, settings, MachineSweep, timeProvider);

    // Operating
    public Readiness Readiness => new(database.Source, timeProvider);
    public LedgerGauges LedgerGauges => new(database.Source);
    public MailingWatch Watch(string? campaign) => new(database.Source, campaign, settings.SubjectsOf, Zone);

    /// <summary>Workers that send what is due, one for each channel with a route: Rendering and Channels joined by Dispatching.</summary>
    /// <param name="options">Null: as many lanes as the route allows connections.</param>
    /// <exception cref="InvalidDataException">engine.yaml has no route, or a password cannot be read.</exception>
    public Dispatchers Worker(DispatchOptions? options, IProgress<DispatchProgress>? progress, Action<string> say)
    {
        var joined = progress is null ? null : new JoinedProgress(progress);
        List<ChannelSetup> channels = [];
        if (settings.Routes.Count > 0 || settings.Gateways.Count == 0)
        {
            channels.Add(EmailSetup.Of(database, directory, settings, model, timeProvider));
        }

        if (settings.Gateways.Count > 0)
        {
            channels.Add(SmsSetup.Of(database, directory, settings, model, timeProvider));
        }

        return new Dispatchers([.. channels.Select(c => c.Worker(database, directory, settings, options, timeProvider, joined?.Part(), say))]);
    }

    private async Task<IReadOnlyList<PlanSample>> SamplesAsync(
        MailingContent content, IReadOnlyList<(string CustomerKey, string? Cell, string Address)> people, CancellationToken cancellationToken)
    {
        await using var connection = await database.QuerySource.OpenConnectionAsync(cancellationToken);
        var previews = await MessagePreview.RenderAsync(
            connection, content, model, settings, timeProvider, [.. people.Select(p => (p.CustomerKey, p.Cell))], cancellationToken);
        return [.. people.Zip(previews, (p, m) => new PlanSample(p.CustomerKey, p.Cell, p.Address, m.Subject, m.Text, m.Fault))];
    }
}
