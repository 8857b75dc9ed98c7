using System.Globalization;

namespace CampaignEngine.Dispatching.Braking;

/// <summary>What becomes of a brake by its figures: the only place that decides it. Pure.</summary>
public static class BrakeDecision
{
    /// <param name="whole">Of the rule's windows, since the last pause ended: decides about pausing.</param>
    /// <param name="fresh">Of these, since the last change: decides about the next step.</param>
    /// <param name="pace">Answers a second of late.</param>
    /// <returns>The same object where nothing changes.</returns>
    public static BrakeState Next(BrakeState state, BrakeRule rule, BrakeFigures whole, BrakeFigures fresh, double pace, DateTimeOffset now)
    {
        if (state.Phase == BrakePhase.Paused)
        {
            return state.PausedUntil <= now ? GoOnSlowly(state, rule, now) : state;
        }

        var before = state.Phase == BrakePhase.Open ? pace : state.Pace;
        if (Worst(rule, whole, t => t.Pause) is { } pausing)
        {
            return state with { Phase = BrakePhase.Paused, Pace = before, Because = pausing, ChangedAt = now, PausedUntil = now + rule.ResumeAfter };
        }

        if (Worst(rule, fresh, t => t.Slow) is { } slowing)
        {
            return state with { Phase = BrakePhase.Slowed, Pace = before, Factor = Math.Max(state.Factor * (1 - rule.SlowBy), Floor(rule)), Because = slowing, ChangedAt = now };
        }

        return state.Phase == BrakePhase.Slowed && now - state.ChangedAt >= rule.RecoverEvery && !Suspicious(rule, fresh) ? Recover(state, now) : state;
    }


    private static BrakeState GoOnSlowly(BrakeState state, BrakeRule rule, DateTimeOffset now) => state with
    {
        Phase = BrakePhase.Slowed, Factor = Floor(rule), Because = $"went on by itself after a pause; {state.Because}", ChangedAt = now, LiftedAt = now, PausedUntil = null,
    };

    private static BrakeState Recover(BrakeState state, DateTimeOffset now)
    {
        // Rounded, for a sum of tenths may stay a trifle below one.
        var factor = Math.Round(state.Factor + BrakeRule.RecoveryStep, 6);
        return factor >= 1 ? BrakeState.Open with { ChangedAt = now, LiftedAt = state.LiftedAt } : state with { Factor = factor, ChangedAt = now };
    }

    // Zero would never let anything out that shows whether it is better.
    private static double Floor(BrakeRule rule) => Math.Max(rule.Slowest, 0.001);

    // Too few to decide, yet as bad as before: no reason to go faster.
    private static bool Suspicious(BrakeRule rule, BrakeFigures fresh) =>
        rule.Thresholds.Any(t => fresh.Of(t.Key) is var (cases, of) && cases >= BrakeRule.LeastCases && cases > t.Value.Slow * of);

    private static string? Worst(BrakeRule rule, BrakeFigures figures, Func<BrakeThreshold, double> threshold) => rule.Thresholds
        .Select(t => (Measure: t.Key, Most: threshold(t.Value), figures.Of(t.Key).Cases, figures.Of(t.Key).Of))
        .Where(m => m.Of >= rule.Sample && m.Cases >= BrakeRule.LeastCases && m.Cases > m.Most * m.Of)
        .OrderByDescending(m => m.Cases / (m.Most * m.Of))
        .Select(m => Sentence(rule, m.Measure, m.Cases, m.Of, m.Most))
        .FirstOrDefault();

    private static string Sentence(BrakeRule rule, BrakeMeasure measure, long cases, long of, double most) => BrakeFigures.IsReport(measure)
        ? string.Create(CultureInfo.InvariantCulture, $"{Word(measure)}: {100.0 * cases / of:0.##}% of {of} messages accepted in {Length(rule.ReportsWindow)}, more than {100 * most:0.##}%")
        : string.Create(CultureInfo.InvariantCulture, $"{Word(measure)}: {100.0 * cases / of:0.##}% of {of} answers in {Length(rule.Window)}, more than {100 * most:0.##}%");

    private static string Word(BrakeMeasure measure) => measure.ToString().ToLowerInvariant();

    private static string Length(TimeSpan window)
    {
        var (count, unit) = window switch
        {
            { Ticks: var t } when t % TimeSpan.TicksPerDay == 0 => (t / TimeSpan.TicksPerDay, "day"),
            { Ticks: var t } when t % TimeSpan.TicksPerHour == 0 => (t / TimeSpan.TicksPerHour, "hour"),
            { Ticks: var t } when t % TimeSpan.TicksPerMinute == 0 => (t / TimeSpan.TicksPerMinute, "minute"),
            _ => (window.Ticks / TimeSpan.TicksPerSecond, "second"),
        };
        return count == 1 ? $"1 {unit}" : string.Create(CultureInfo.InvariantCulture, $"{count} {unit}s");
    }
}
