namespace CampaignEngine.Reporting;

/// <summary>Some of a mailing's items: those with an ordinal above <paramref name="After"/> and at most <paramref name="UpTo"/>.</summary>
/// <param name="WithControl">The people of the control cell, who have no ordinal, are among them.</param>
internal readonly record struct ItemRange(int After, int UpTo, bool WithControl)
{
    public static readonly ItemRange All = new(0, int.MaxValue, true);

    /// <summary>A mailing's items in so many ranges.</summary>
    public static IEnumerable<ItemRange> Split(long items, int parts) => Enumerable.Range(0, parts)
        .Select(i => new ItemRange((int)(items * i / parts), i == parts - 1 ? int.MaxValue : (int)(items * (i + 1) / parts), i == parts - 1));
}
