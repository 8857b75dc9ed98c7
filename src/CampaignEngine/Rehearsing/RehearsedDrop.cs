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
    long Bytes, double Seconds, double Rate, decimal Cost, string? Example);

/// <param name="Plan">Hash of the plan that was rehearsed.</param>
/// <param name="NotRehearsed">Drops on channels that have no double.</param>
public sealed record RehearsalResult(string Campaign, string Plan, IReadOnlyList<RehearsedDrop> Drops, IReadOnlyList<string> NotRehearsed);
