namespace CampaignEngine.Reporting.Charts;

/// <summary>Shares that grow with time: a line each, the band of its interval behind, its name and last value at the right end.</summary>
internal sealed record CurveChart
{
    private const int Height = 260;
    private const int Top = 22;
    private const int Bottom = 30;
    private const int Left = 44;
    private const int LabelGap = 32;

    public required IReadOnlyList<Curve> Curves { get; init; }

    /// <summary>Moments to mark, such as the beginnings of drops.</summary>
    public required IReadOnlyList<(DateTime At, string Name)> Moments { get; init; }

    public required Func<double, double, string> Axis { get; init; }

    public Svg Draw(int width)
    {
        var svg = new Svg(width, Height);
        var right = width - 10 - Curves.Max(c => Math.Max(Lettering.Width(c.Name), Lettering.Width(c.Shown)));
        var y = new Scale(0, Curves.Max(c => c.Points.Max(p => p.High)), Height - Bottom, Top, 4);
        var time = new TimeScale(Curves.Min(c => c.Points[0].At), Curves.Max(c => c.Points[^1].At), Left, right);
        foreach (var mark in y.Marks)
        {
            svg.Line(Left, y.At(mark), right, y.At(mark), mark == 0 ? "zero" : "grid");
            svg.Text(Left - 6, y.At(mark) + 4, Axis(mark, y.Step), "tick", "end");
        }

        foreach (var (at, text) in time.Marks)
        {
            svg.Line(time.At(at), Height - Bottom, time.At(at), Height - Bottom + 4, "zero");
            svg.Text(time.At(at), Height - Bottom + 19, text, "tick", "middle");
        }

        DrawMoments(svg, time, right);
        foreach (var curve in Curves)
        {
            svg.Polygon([.. Steps(curve.Points, p => p.High), .. Steps(curve.Points, p => p.Low).Reverse()], curve.Style + " band");
        }

        foreach (var curve in Curves)
        {
            svg.Polyline(Steps(curve.Points, p => p.Value), curve.Style + " line");
            svg.Dot(time.At(curve.Points[^1].At), y.At(curve.Points[^1].Value), 3.5, curve.Style + " dot");
        }

        DrawNames(svg, y, right);
        return svg;

        // A share stays what it is until the next person counts.
        IEnumerable<(double X, double Y)> Steps(IReadOnlyList<CurvePoint> points, Func<CurvePoint, double> value) => points.SelectMany((point, i) =>
            i == 0 ? [(time.At(point.At), y.At(value(point)))] : ((double, double)[])[(time.At(point.At), y.At(value(points[i - 1]))), (time.At(point.At), y.At(value(point)))]);
    }

    private void DrawMoments(Svg svg, TimeScale time, double right)
    {
        var free = 0.0;
        foreach (var (at, name) in Moments.Where(m => m.At >= time.First && m.At <= time.Last))
        {
            var x = time.At(at);
            svg.Line(x, Top - 4, x, Height - Bottom, "moment");
            if (x >= free && x + 30 < right)
            {
                var text = Lettering.Fit(name, right - x);
                svg.Text(x, 12, text, "tick");
                free = x + Lettering.Width(text) + 8;
            }
        }
    }

    // Names that would lie over each other are moved apart.
    private void DrawNames(Svg svg, Scale y, double right)
    {
        var lowest = 0.0;
        foreach (var curve in Curves.OrderByDescending(c => c.Points[^1].Value))
        {
            var at = Math.Max(y.At(curve.Points[^1].Value) - 2, lowest);
            svg.Text(right + 8, at, curve.Name, curve.Style + " name");
            svg.Text(right + 8, at + 15, curve.Shown, "value");
            lowest = at + LabelGap;
        }
    }
}

/// <param name="Shown">The last value as text.</param>
internal sealed record Curve(string Name, string Shown, string Style, IReadOnlyList<CurvePoint> Points);

/// <param name="At">Local time.</param>
internal readonly record struct CurvePoint(DateTime At, double Value, double Low, double High);
