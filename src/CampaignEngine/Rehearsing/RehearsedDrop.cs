namespace CampaignEngine.Rehearsing;

/// <summary>What became of one drop in a rehearsal.</summary>
/// <param name="Unrendered">People without a message: it could not be built.</param>
/// <param name="Lost">Messages that never got through, three attempts each.</param>
/// <param name="Bytes">Of all messages the double took.</param>
/// <param name="Rate">Messages a second.</param>
/// <param name="Cost">People times the drop's unit cost, as the plan has it.</param>
/// <param name="Example">The first failure; null when there was none.</param>
public sealed record RehearsedDrop(
    string Drop, string Channel, long People, long Accepted, long Deferred, long Rejected, long InDoubt, long Lost, long Unrendered,
    long Bytes, double Seconds, double Rate, decimal Cost, string? Example)
{
    /// <summary>Seconds that the drop takes at least for real, under the limits and sending hours in force: not less than <see cref="Seconds"/>.</summary>
    public double AtLeast { get; init; } = Seconds;

    /// <summary>The limit or the hours that bind; null when only this machine does.</summary>
    public string? Because { get; init; }

    /// <summary>When the first message may leave; null when that follows from another drop.</summary>
    public DateTimeOffset? From { get; init; }
}

/// <param name="Plan">Hash of the plan that was rehearsed.</param>
/// <param name="NotRehearsed">Drops on channels that have no double.</param>
public sealed record RehearsalResult(string Campaign, string Plan, IReadOnlyList<RehearsedDrop> Drops, IReadOnlyList<string> NotRehearsed)
{
    /// <summary>Of the rehearsed drops together, in <see cref="Currency"/>.</summary>
    public decimal Cost { get; init; }

    public string? Currency { get; init; }

    /// <summary>What makes the times uncertain: domains whose mailbox provider is not known. Null: nothing.</summary>
    public string? Uncertain { get; init; }
}
