namespace CampaignEngine.Reporting.Charts;

/// <summary>A shape of a picture, for those who do not write SVG.</summary>
/// <param name="Style">Classes of the style sheet.</param>
internal abstract record Drawn(string Style);

/// <param name="Strength">0 to 1: how opaque.</param>
internal sealed record DrawnRect(double X, double Y, double W, double H, string Style, double Strength) : Drawn(Style);

internal sealed record DrawnDot(double X, double Y, double Radius, string Style) : Drawn(Style);

/// <param name="Closed">Filled; else a line.</param>
internal sealed record DrawnPath(IReadOnlyList<(double X, double Y)> Points, bool Closed, string Style) : Drawn(Style);

/// <param name="Anchor">start, middle or end.</param>
internal sealed record DrawnText(double X, double Y, string Text, string Style, string Anchor) : Drawn(Style);
