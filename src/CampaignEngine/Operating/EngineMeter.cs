using System.Diagnostics.Metrics;

namespace CampaignEngine.Operating;

/// <summary>
/// The engine's figures as System.Diagnostics.Metrics has them, for whoever listens: the admin address ('/metrics'), dotnet-counters, an exporter.
/// Labels are channels, outcomes, states and what brakes hold, never people, so that their number stays small.
/// </summary>
public static class EngineMeter
{
    public const string Name = "CampaignEngine";

    private static readonly Meter Meter = new(Name);

    internal static Counter<long> Messages { get; } = Meter.CreateCounter<long>("campaign.messages", "{message}", "Attempts by what became of them, as committed to the ledger.");

    internal static Counter<long> LostGrants { get; } = Meter.CreateCounter<long>("campaign.lost_grants", "{message}", "Messages in the hands of lost workers that were put in doubt.");

    internal static Counter<long> RenderFaults { get; } = Meter.CreateCounter<long>("campaign.render_faults", "{message}", "Messages that could not be rendered.");

    internal static Counter<long> Ticks { get; } = Meter.CreateCounter<long>("campaign.ticks", "{commit}", "Commits of the ledger by how they ended.");

    internal static Histogram<double> TickTime { get; } = Meter.CreateHistogram(
        "campaign.tick.duration", "s", "How long a commit of the ledger took.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] });

    internal static UpDownCounter<long> Chunks { get; } = Meter.CreateUpDownCounter<long>("campaign.chunks", "{chunk}", "Chunks that this process holds.");

    internal static UpDownCounter<long> Connections { get; } = Meter.CreateUpDownCounter<long>("campaign.connections", "{connection}", "Connections to relays and gateways that are ready.");

    internal static UpDownCounter<long> InHand { get; } = Meter.CreateUpDownCounter<long>("campaign.messages.in_hand", "{message}", "Granted messages that have not been reported yet.");

    internal static UpDownCounter<long> EventsWaiting { get; } = Meter.CreateUpDownCounter<long>("campaign.events.waiting", "{event}", "Opens, clicks and the like on disk that the database does not have yet, of those this process took.");

    internal static Counter<long> Events { get; } = Meter.CreateCounter<long>("campaign.events", "{event}", "Opens, clicks and the like by how they ended.");

    internal static Gauge<long> OpenDoubts { get; } = Meter.CreateGauge<long>("campaign.doubts.open", "{message}", "Doubts nobody has decided, in the whole database.");

    internal static Gauge<long> Mailings { get; } = Meter.CreateGauge<long>("campaign.mailings", "{mailing}", "Mailings in flight by state, in the whole database.");

    internal static Gauge<long> Ungranted { get; } = Meter.CreateGauge<long>("campaign.messages.ungranted", "{message}", "People of mailings in flight who have had no attempt yet, in the whole database.");

    internal static Gauge<long> Waiting { get; } = Meter.CreateGauge<long>("campaign.messages.waiting", "{message}", "Messages that wait for another attempt, in the whole database.");

    internal static Gauge<double> Overdue { get; } = Meter.CreateGauge<double>("campaign.occurrence.overdue", "s", "How long the oldest due time has been waiting for its list to be frozen.");

    internal static Gauge<double> BrakeFactor { get; } = Meter.CreateGauge<double>("campaign.brake.factor", "", "Share of its pace that a brake leaves a route, sender, campaign or provider: 0 paused, below 1 slowed, 1 no longer held.");

    internal static Gauge<double> BrakeSince { get; } = Meter.CreateGauge<double>("campaign.brake.since", "s", "Unix time of the brake's last step.");
}
