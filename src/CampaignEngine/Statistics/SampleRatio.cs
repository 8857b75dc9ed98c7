namespace CampaignEngine.Statistics;

/// <summary>
/// Whether the cells have the sizes that the campaign asked for. Where they have not, people were lost or added in one cell and not in the others, and no
/// comparison of the cells can be trusted. Pearson's chi-square test.
/// </summary>
public sealed record SampleRatio
{
    /// <summary>Below this the alarm is raised: by chance once in a thousand campaigns.</summary>
    public const double AlarmBelow = 0.001;

    public required IReadOnlyList<CellSize> Cells { get; init; }

    public required double ChiSquare { get; init; }

    public required double P { get; init; }

    public bool Alarm => P < AlarmBelow;

    /// <returns>Null with fewer than two cells, without people, or when a cell is too small for the test (fewer than five expected).</returns>
    public static SampleRatio? Of(IReadOnlyList<(string Cell, double Share, long People)> cells)
    {
        var (all, shares) = (cells.Sum(c => c.People), cells.Sum(c => c.Share));
        if (cells.Count < 2 || all == 0 || cells.Any(c => c.Share / shares * all < 5))
        {
            return null;
        }

        List<CellSize> sizes = [.. cells.Select(c => new CellSize(c.Cell, c.People, Math.Round(c.Share / shares * all, 2)))];
        var statistic = cells.Sum(c => Math.Pow(c.People - (c.Share / shares * all), 2) / (c.Share / shares * all));
        return new SampleRatio { Cells = sizes, ChiSquare = Math.Round(statistic, 10), P = Significance.OfChiSquare(statistic, cells.Count - 1) };
    }
}

/// <summary>People in a cell, and how many its share would give.</summary>
public sealed record CellSize(string Cell, long People, double Expected);
