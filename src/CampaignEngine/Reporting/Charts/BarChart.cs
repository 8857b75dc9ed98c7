using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting.Charts;

/// <summary>Bars from zero, one below the other, the name and the figure written over each; a second, fainter bar behind and whiskers where wanted.</summary>
internal sealed record BarChart
{
    private const int RowHeight = 40;
    private const int Thick = 14;

    public required IReadOnlyList<Bar> Bars { get; init; }

    public Svg Draw(int width)
    {
        var svg = new Svg(width, (Bars.Count * RowHeight) + 2);
        var longest = Math.Max(double.Epsilon, Bars.Max(b => Math.Max(b.End, Math.Max(b.Behind ?? 0, b.Interval?.High ?? 0))));
        double At(double value) => value / longest * width;
        for (var i = 0; i < Bars.Count; i++)
        {
            var (bar, y) = (Bars[i], i * RowHeight);
            svg.Text(0, y + 14, Lettering.Fit(bar.Name, width - 8 - Lettering.Width(bar.Shown)), bar.Muted ? "label muted" : "label");
            svg.Text(width, y + 14, bar.Shown, "value", "end");
            svg.Rect(0, y + 20, width, Thick, "track");
            if (bar.Behind is { } behind)
            {
                svg.Rect(0, y + 20, At(behind), Thick, bar.Style + " faint");
            }

            // Something is never drawn as nothing.
            svg.Rect(At(bar.Start), y + 20, bar.End > bar.Start ? Math.Max(1.5, At(bar.End - bar.Start)) : 0, Thick, bar.Style + " fill", $"{bar.Name}: {bar.Shown}");
            if (bar.Interval is { } interval)
            {
                var middle = y + 20 + (Thick / 2.0);
                svg.Line(At(interval.Low), middle, At(interval.High), middle, "ink whisker");
                svg.Line(At(interval.Low), middle - 4, At(interval.Low), middle + 4, "ink whisker");
                svg.Line(At(interval.High), middle - 4, At(interval.High), middle + 4, "ink whisker");
            }
        }

        return svg;
    }
}

/// <param name="Start">Where the bar begins: zero, but in a waterfall.</param>
/// <param name="Behind">Length of the fainter bar behind; null for none.</param>
internal sealed record Bar(string Name, double Start, double End, string Shown, string Style)
{
    public double? Behind { get; init; }

    public Interval? Interval { get; init; }

    /// <summary>The name is written lighter.</summary>
    public bool Muted { get; init; }
}
