namespace CampaignEngine.Deduplication;

/// <summary>One step of the waterfall: how many people this reason decided about. Condition counts from 1, over where and then exclude.</summary>
public sealed record WaterfallStep(string Reason, int? Condition, long Count);

/// <summary>A list whose people stand in engine.list_person.</summary>
public sealed record BuiltList
{
    public required long ListId { get; init; }

    /// <summary>Everybody of the audience's entity; the sum over the waterfall.</summary>
    public required long Universe { get; init; }

    /// <summary>People left after every exclusion: to contact and control cell together.</summary>
    public required long Net { get; init; }

    public required long Control { get; init; }

    public long Contact => Net - Control;

    /// <summary>SHA-256 over the net list in key order: customer key, cell, recipient key.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>In the order of <see cref="Reason.All"/>; reasons that decided about nobody are left out.</summary>
    public required IReadOnlyList<WaterfallStep> Waterfall { get; init; }

    /// <summary>People to contact with a usable address, by channel.</summary>
    public required IReadOnlyDictionary<string, long> Reach { get; init; }

    /// <summary>People to contact by test cell; one nameless cell ("") for a campaign without cells.</summary>
    public required IReadOnlyDictionary<string, long> Cells { get; init; }
}
