using CampaignEngine.Reporting.Rows;

namespace CampaignEngine.Reporting.Pages;

/// <summary>A cell of a table.</summary>
/// <param name="Shown">The figure as it is written.</param>
/// <param name="Note">Written smaller below, such as an interval; null for none.</param>
internal sealed record TableCell(string Shown, string? Note = null)
{
    /// <summary>The rows behind the figure; null for a name or a figure that is computed from others.</summary>
    public RowsQuery? Rows { get; init; }

    /// <summary>What the rows must add up to.</summary>
    public decimal Figure { get; init; }

    public static implicit operator TableCell(string shown) => new(shown);

    public static TableCell FromString(string shown) => new(shown);
}

/// <summary>A table under a heading, its first column names.</summary>
internal sealed record Table(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<TableCell>> Rows);
