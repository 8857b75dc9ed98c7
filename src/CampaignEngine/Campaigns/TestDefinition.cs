using CampaignEngine.Authoring;

namespace CampaignEngine.Campaigns;

/// <summary>Cells tried on a part of the people; the remainder, frozen with them, gets the cell that a stated rule finds best.</summary>
public sealed record TestDefinition
{
    /// <summary>Cell of everybody who waits for the decision: in lists, mailings and reports.</summary>
    public const string Remainder = "remainder";

    public required Place Place { get; init; }

    /// <summary>Part of the people to contact that is tested.</summary>
    public Percentage Share { get; init; }

    /// <summary>What the cells are compared by, machines left out.</summary>
    public TestMeasure By { get; init; }

    /// <summary>How long after the test fell due it is decided.</summary>
    public CalendarDuration After { get; init; } = new(1, DurationUnit.Day);

    /// <summary>Decided earlier as soon as so many people, all cells together, did what is measured; null: not earlier.</summary>
    public int? Sample { get; init; }

    /// <summary>True: the best cell must differ from every other beyond chance; false: the best wins however little it leads by.</summary>
    public bool MustBeSignificant { get; init; } = true;

    /// <summary>Confidence of that, over all pairs of cells together.</summary>
    public Percentage Level { get; init; } = new(0.95m);

    public WithoutWinner Otherwise { get; init; } = WithoutWinner.Ask;
}

/// <summary>What cells of a test are compared by.</summary>
public enum TestMeasure
{
    /// <summary>Share of the contacted people who clicked.</summary>
    Click,

    /// <summary>Share who responded, by response.counts.</summary>
    Response,

    /// <summary>Share who converted, by response.conversion.</summary>
    Conversion,

    /// <summary>Revenue a contacted person.</summary>
    Revenue,
}

/// <summary>What becomes of the remainder when no cell wins.</summary>
public enum WithoutWinner
{
    /// <summary>A person decides; until then it waits.</summary>
    Ask,

    /// <summary>It gets the cell that is written first.</summary>
    First,

    /// <summary>It gets what the control cell gets: nothing.</summary>
    Control,
}
