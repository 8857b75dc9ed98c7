using System.Globalization;

namespace CampaignEngine.Reporting.Charts;

/// <summary>A week of hours: the stronger the colour, the higher the value. The highest hour is named below.</summary>
internal sealed record HeatMap
{
    private const int Left = 36;
    private const int Top = 18;

    private static readonly string[] Days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

    /// <summary>By day (0 is Monday) and hour; what is not there is empty.</summary>
    public required IReadOnlyDictionary<(int Day, int Hour), (double Value, string Shown)> Hours { get; init; }

    public Svg Draw(int width)
    {
        var side = (width - Left) / 24.0;
        var row = Math.Min(26, Math.Max(18, side));
        var svg = new Svg(width, (int)(Top + (7 * row) + 4));
        var highest = Hours.Count == 0 ? 1 : Math.Max(double.Epsilon, Hours.Values.Max(h => h.Value));
        for (var hour = 0; hour < 24; hour += 6)
        {
            svg.Text(Left + (hour * side), 12, string.Create(CultureInfo.InvariantCulture, $"{hour:00}:00"), "tick");
        }

        for (var day = 0; day < 7; day++)
        {
            svg.Text(Left - 6, Top + (day * row) + (row / 2) + 4, Days[day], "tick", "end");
            for (var hour = 0; hour < 24; hour++)
            {
                var (x, y) = (Left + (hour * side), Top + (day * row));
                svg.Rect(x, y, side - 1.5, row - 1.5, "track");
                if (Hours.TryGetValue((day, hour), out var found))
                {
                    svg.Tile(x, y, side - 1.5, row - 1.5, "s1 fill", 0.1 + (0.9 * found.Value / highest), $"{NameOf(day, hour)}: {found.Shown}");
                }
            }
        }

        return svg;
    }

    /// <summary>"Tue 09:00".</summary>
    public static string NameOf(int day, int hour) => string.Create(CultureInfo.InvariantCulture, $"{Days[day]} {hour:00}:00");
}
