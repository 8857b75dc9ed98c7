using System.Globalization;
using CampaignEngine.Authoring;

namespace CampaignEngine.Dispatching.Braking;

/// <summary><c>brakes:</c> of engine.yaml.</summary>
internal static class BrakeShape
{
    /// <summary>Stands for every route, sender, campaign or provider that has no brake by its own name.</summary>
    public const string All = "all";

    private static readonly ScalarKind SampleKind = new("number from 10 to 1000000", "200", null, text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 10 and <= 1_000_000 ? null : $"'{Shown.Text(text)}' is not a number from 10 to 1000000");

    public static MapShape Shape { get; } = new(
        Threshold(BrakeMeasure.Deferred, "Answers 'not now' (4xx), of all answers."),
        Threshold(BrakeMeasure.Rejected, "Answers 'never' (5xx), of all answers."),
        Threshold(BrakeMeasure.Blocked, "Answers that say spam, block list, reputation or failed authentication, of all answers."),
        Threshold(BrakeMeasure.Bounced, "Bounces that came later, of the messages accepted."),
        Threshold(BrakeMeasure.Complained, "Complaints, of the messages accepted."),
        new("window", new ScalarShape(ScalarKind.Duration) { Description = "How long answers count." }) { Default = "15 minutes" },
        new("reports_window", new ScalarShape(ScalarKind.Duration) { Description = "How long ago messages were accepted whose bounces and complaints count." }) { Default = "1 day" },
        new("sample", new ScalarShape(SampleKind) { Description = "Fewer answers (or accepted messages) decide nothing; neither do fewer than 5 cases." }) { Default = "200" },
        new("slow_by", new ScalarShape(ScalarKind.Percentage) { Description = "What each slow-down takes off the pace." }) { Default = "50%" },
        new("slowest", new ScalarShape(ScalarKind.Percentage) { Description = "What is left of the pace at least." }) { Default = "5%" },
        new("recover_every", new ScalarShape(ScalarKind.Duration) { Description = "After such a time without cause a tenth of the pace comes back." }) { Default = "5 minutes" },
        new("resume_after", new ScalarShape(ScalarKind.Duration) { Description = "When a pause ends by itself, at the slowest pace." }) { Default = "never; 'campaign resume' ends it" })
    { Description = "When it is slowed or paused by itself. An empty one, {}, has all defaults." };

    /// <param name="brake">Its shape has been checked.</param>
    public static BrakeRule Read(YamlMapping brake, ProblemList problems)
    {
        var usual = BrakeRule.Usual;
        return new BrakeRule
        {
            Window = Time("window") ?? usual.Window,
            ReportsWindow = Time("reports_window") ?? usual.ReportsWindow,
            Sample = brake.Integer("sample") ?? usual.Sample,
            Thresholds = usual.Thresholds.ToDictionary(t => t.Key, t => Read(brake.Mapping(Key(t.Key)), t.Value, problems)),
            SlowBy = Share(brake, "slow_by") ?? usual.SlowBy,
            Slowest = Share(brake, "slowest") ?? usual.Slowest,
            RecoverEvery = Time("recover_every") ?? usual.RecoverEvery,
            ResumeAfter = Time("resume_after"),
        };

        TimeSpan? Time(string key)
        {
            var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
            var time = brake.Duration(key)?.After(start) - start;
            if (time is { } wrong && (wrong < TimeSpan.FromSeconds(1) || wrong > TimeSpan.FromDays(31)))
            {
                problems.Error(brake.PlaceOf(key), "CE1173", $"'{key}' must be from 1 second to 31 days, not {brake.Duration(key)}");
                return null;
            }

            return time;
        }
    }

    private static BrakeThreshold Read(YamlMapping? written, BrakeThreshold usual, ProblemList problems)
    {
        if (written is null)
        {
            return usual;
        }

        // Only one of the two written: the other one gives way.
        var (slow, pause) = (Share(written, "slow"), Share(written, "pause"));
        if (slow > pause)
        {
            problems.Error(written.PlaceOf("slow"), "CE1174", $"it would pause at {written.Percentage("pause")} before it is slowed at {written.Percentage("slow")}; write a 'slow' that is not above 'pause'");
        }

        return new BrakeThreshold(slow ?? Math.Min(usual.Slow, pause ?? 1), pause ?? Math.Max(usual.Pause, slow ?? 0));
    }

    private static double? Share(YamlMapping mapping, string key) => (double?)mapping.Percentage(key)?.Fraction;

    private static string Key(BrakeMeasure measure) => measure.ToString().ToLowerInvariant();

    private static KeyShape Threshold(BrakeMeasure measure, string description)
    {
        var usual = BrakeRule.Usual.Thresholds[measure];
        return new(Key(measure), new MapShape(
            new("slow", new ScalarShape(ScalarKind.Percentage) { Description = "More than this share slows down." }) { Default = Written(usual.Slow) },
            new("pause", new ScalarShape(ScalarKind.Percentage) { Description = "More than this share pauses; 100% never does." }) { Default = Written(usual.Pause) })
        { Description = description });
    }

    private static string Written(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.##}%");
}
