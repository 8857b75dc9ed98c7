namespace CampaignEngine.Reporting.Attribution;

/// <summary>
/// The same conversions credited in six ways beside each other. In every column the credits add up to <see cref="Orders"/> and <see cref="Revenue"/> exactly.
/// Written out as it is, snake_case names, a promise to scripts.
/// </summary>
public sealed record AttributionReport
{
    public required string Campaign { get; init; }

    public required DateTimeOffset AsOf { get; init; }

    public required string Window { get; init; }

    public string? Conversion { get; init; }

    /// <summary>Days after which a contact's weight has halved in time_decay.</summary>
    public double HalfLifeDays => Credits.HalfLifeDays;

    /// <summary>Conversions inside the window of a contact of this campaign: those of its report.</summary>
    public required long Orders { get; init; }

    public required decimal Revenue { get; init; }

    /// <summary>Contacts of other campaigns that lie inside their own windows before the same conversions.</summary>
    public required IReadOnlyList<string> OtherCampaigns { get; init; }

    /// <summary>This campaign's drops and cells; then the other campaigns; then what would have happened without any contact, which only holdout_incremental credits.</summary>
    public required IReadOnlyList<CreditRow> Rows { get; init; }

    /// <summary>The sums of the columns.</summary>
    public required CreditRow Total { get; init; }
}

/// <summary>Credits of one drop and cell.</summary>
public sealed record CreditRow
{
    public const string Unprompted = "without contact";

    /// <summary>Campaign; <see cref="Unprompted"/> for what the control cell shows to happen anyway.</summary>
    public required string Campaign { get; init; }

    public string? Drop { get; init; }

    public string? Channel { get; init; }

    public string? Cell { get; init; }

    /// <summary>Conversions with a contact of this row before them; one with several contacts is in several rows.</summary>
    public long Touched { get; init; }

    public decimal First { get; init; }

    public decimal Last { get; init; }

    public decimal Linear { get; init; }

    public decimal Position { get; init; }

    public decimal TimeDecay { get; init; }

    /// <summary>What the control cell says the contacts caused; null without one.</summary>
    public decimal? HoldoutIncremental { get; init; }

    public decimal FirstRevenue { get; init; }

    public decimal LastRevenue { get; init; }

    public decimal LinearRevenue { get; init; }

    public decimal PositionRevenue { get; init; }

    public decimal TimeDecayRevenue { get; init; }

    public decimal? HoldoutIncrementalRevenue { get; init; }
}
