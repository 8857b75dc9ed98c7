namespace CampaignEngine.Reporting.Attribution;

/// <summary>How the credit for one conversion is divided among the contacts before it.</summary>
public enum AttributionMethod
{
    /// <summary>All to the earliest contact.</summary>
    First,

    /// <summary>All to the latest.</summary>
    Last,

    /// <summary>The same to each.</summary>
    Linear,

    /// <summary>Two fifths to the first and to the last, the rest to those between; halves where there are two.</summary>
    Position,

    /// <summary>Half as much for every seven days that a contact lies further back.</summary>
    TimeDecay,
}
