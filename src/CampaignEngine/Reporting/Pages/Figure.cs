using CampaignEngine.Reporting.Charts;

namespace CampaignEngine.Reporting.Pages;

/// <summary>A picture with its heading, the sentence that says what is seen, and the same as a table for those who do not see it.</summary>
internal sealed record Figure
{
    public required string Title { get; init; }

    /// <summary>What is seen, with the interval where there is one.</summary>
    public required string Caption { get; init; }

    /// <summary>Draws the picture for a width in pixels.</summary>
    public required Func<int, Svg> Draw { get; init; }

    public required Table Table { get; init; }
}
