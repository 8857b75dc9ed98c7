using System.Globalization;
using System.Net;
using System.Text;

namespace CampaignEngine.Reporting.Charts;

/// <summary>
/// A picture in pixels of the screen: drawn for the width it is shown at and never scaled, so that text keeps its size. Colours are classes of the page's
/// style sheet, which knows day, night and paper.
/// </summary>
internal sealed class Svg(int width, int height)
{
    private readonly StringBuilder _shapes = new();
    private readonly List<Drawn> _drawn = [];

    public int Width => width;

    public int Height => height;

    /// <summary>The same shapes for another medium.</summary>
    public IReadOnlyList<Drawn> Drawn => _drawn;

    /// <param name="title">What a pointer over the shape reads; null for none.</param>
    public void Rect(double x, double y, double w, double h, string style, string? title = null)
    {
        _drawn.Add(new DrawnRect(x, y, Math.Max(0, w), h, style, 1));
        Shape("rect", $"x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(Math.Max(0, w))}\" height=\"{N(h)}\"", style, title);
    }

    /// <param name="strength">0 to 1: how opaque.</param>
    public void Tile(double x, double y, double w, double h, string style, double strength, string title)
    {
        _drawn.Add(new DrawnRect(x, y, w, h, style, strength));
        Shape("rect", $"x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(w)}\" height=\"{N(h)}\" fill-opacity=\"{N(strength)}\"", style, title);
    }

    public void Line(double x1, double y1, double x2, double y2, string style)
    {
        _drawn.Add(new DrawnPath([(x1, y1), (x2, y2)], false, style));
        Shape("line", $"x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\"", style, null);
    }

    public void Dot(double x, double y, double radius, string style, string? title = null)
    {
        _drawn.Add(new DrawnDot(x, y, radius, style));
        Shape("circle", $"cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(radius)}\"", style, title);
    }

    public void Polyline(IEnumerable<(double X, double Y)> points, string style) => Path("polyline", [.. points], style);

    public void Polygon(IEnumerable<(double X, double Y)> points, string style) => Path("polygon", [.. points], style);

    /// <param name="anchor">start, middle or end.</param>
    public void Text(double x, double y, string text, string style, string anchor = "start")
    {
        _drawn.Add(new DrawnText(x, y, text, style, anchor));
        _shapes.Append(CultureInfo.InvariantCulture, $"<text x=\"{N(x)}\" y=\"{N(y)}\" class=\"{style}\"{(anchor == "start" ? "" : $" text-anchor=\"{anchor}\"")}>{WebUtility.HtmlEncode(text)}</text>");
    }

    /// <param name="label">What the picture shows, for those who do not see it.</param>
    public string Markup(string label, string style) => string.Create(
        CultureInfo.InvariantCulture,
        $"<svg class=\"{style}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(label)}\">{_shapes}</svg>");

    private void Path(string name, List<(double X, double Y)> points, string style)
    {
        _drawn.Add(new DrawnPath(points, name == "polygon", style));
        Shape(name, $"points=\"{Points(points)}\"", style, null);
    }

    private static string Points(IEnumerable<(double X, double Y)> points) => string.Join(' ', points.Select(p => $"{N(p.X)},{N(p.Y)}"));

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private void Shape(string name, string attributes, string style, string? title) =>
        _shapes.Append(title is null ? $"<{name} {attributes} class=\"{style}\"/>" : $"<{name} {attributes} class=\"{style}\"><title>{WebUtility.HtmlEncode(title)}</title></{name}>");
}
