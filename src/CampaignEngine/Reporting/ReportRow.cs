using CampaignEngine.Reporting.Statistics;

namespace CampaignEngine.Reporting;

/// <summary>
/// The figures of one cell and drop, or of a total. Counts are people unless they say otherwise, and a person counts once in a row. Rates are of the
/// contacted; in the control cell, which is never contacted, of its people.
/// </summary>
public sealed record ReportRow
{
    /// <summary>Cell; "control" for the control cell; null in rows over all cells and in campaigns without cells.</summary>
    public string? Cell { get; init; }

    /// <summary>Drop; null in rows over all drops.</summary>
    public string? Drop { get; init; }

    /// <summary>The people held out: selected, recorded, never contacted.</summary>
    public bool Control { get; init; }

    /// <summary>Frozen in the list, seeds left out.</summary>
    public long People { get; init; }

    /// <summary>People to whom a message was accepted, or in doubt and since proved.</summary>
    public long Contacted { get; init; }

    /// <summary>People whose message can be neither proved nor refuted; in no rate.</summary>
    public long InDoubt { get; init; }

    /// <summary>Messages accepted.</summary>
    public long Messages { get; init; }

    /// <summary>Messages that were sent again although the one before may have arrived.</summary>
    public long PossibleDuplicates { get; init; }

    /// <summary>Contacted people with at least one message that did not come back.</summary>
    public long Delivered { get; init; }

    public long Bounced { get; init; }

    /// <summary>Everything that fetched the pixel, machines too.</summary>
    public long OpensRaw { get; init; }

    public long Opens { get; init; }

    public long ClicksRaw { get; init; }

    public long Clicks { get; init; }

    public long Replies { get; init; }

    public long Unsubscribes { get; init; }

    public long Complaints { get; init; }

    /// <summary>People with at least one counted reaction inside the window.</summary>
    public long Responses { get; init; }

    /// <summary>People with at least one credited conversion inside the window.</summary>
    public long Conversions { get; init; }

    /// <summary>Credited conversions: orders, redemptions.</summary>
    public long Orders { get; init; }

    /// <summary>Sum over the credited conversions.</summary>
    public decimal Revenue { get; init; }

    /// <summary>Messages times their unit cost.</summary>
    public decimal Cost { get; init; }

    /// <summary>The same campaign's people who were not contacted, to compare with; null without a control cell.</summary>
    public ReportRow? Comparison { get; init; }

    /// <summary>Sum over people of their squared revenue.</summary>
    internal decimal RevenueSquares { get; init; }

    public Proportion ResponseRate => new(Responses, Base);

    public Proportion ConversionRate => new(Conversions, Base);

    public MeanValue RevenuePerContact => new(Base, Revenue, RevenueSquares);

    private long Base => Control ? People : Contacted;
}
