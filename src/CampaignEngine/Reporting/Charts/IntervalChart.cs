using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting.Charts;

/// <summary>
/// Values with their intervals, one below the other: a dot and its whiskers, the name and the figures written over it. Used for rates, where the axis begins
/// at zero, and for differences, where zero is a line of its own.
/// </summary>
internal sealed record IntervalChart
{
    private const int RowHeight = 44;
    private const int Top = 4;
    private const int Bottom = 26;

    public required IReadOnlyList<IntervalMark> Marks { get; init; }

    /// <summary>How values of the axis are written.</summary>
    public required Func<double, double, string> Axis { get; init; }

    public Svg Draw(int width)
    {
        var svg = new Svg(width, Top + (Marks.Count * RowHeight) + Bottom);
        var low = Math.Min(0, Marks.Min(m => m.Interval?.Low ?? m.Value));
        var high = Math.Max(0, Marks.Max(m => m.Interval?.High ?? m.Value));
        var scale = new Scale(low, high, 14, width - 22, width < 400 ? 4 : 7);
        var floor = Top + (Marks.Count * RowHeight);
        foreach (var mark in scale.Marks)
        {
            svg.Line(scale.At(mark), Top, scale.At(mark), floor, Math.Abs(mark) < scale.Step / 2 ? "zero" : "grid");
            svg.Text(scale.At(mark), floor + 17, Axis(mark, scale.Step), "tick", "middle");
        }

        for (var i = 0; i < Marks.Count; i++)
        {
            var (mark, y) = (Marks[i], Top + (i * RowHeight));
            var room = width - 8 - Lettering.Width(mark.Shown);
            svg.Rect(0, y, width, 20, "paper");
            svg.Text(0, y + 14, Lettering.Fit(mark.Name, room), mark.Muted ? "label muted" : "label");
            svg.Text(width, y + 14, mark.Shown, "value", "end");
            if (mark.Interval is { } interval)
            {
                svg.Line(scale.At(interval.Low), y + 31, scale.At(interval.High), y + 31, mark.Style + " whisker");
                svg.Line(scale.At(interval.Low), y + 26, scale.At(interval.Low), y + 36, mark.Style + " whisker");
                svg.Line(scale.At(interval.High), y + 26, scale.At(interval.High), y + 36, mark.Style + " whisker");
            }

            svg.Dot(scale.At(mark.Value), y + 31, 5.5, mark.Style + " dot", $"{mark.Name}: {mark.Shown}");
        }

        return svg;
    }
}

/// <param name="Shown">The value and its interval as text.</param>
/// <param name="Style">Class of the style sheet that has the colour.</param>
/// <param name="Muted">The name is written lighter.</param>
internal sealed record IntervalMark(string Name, double Value, Interval? Interval, string Shown, string Style, bool Muted = false);
