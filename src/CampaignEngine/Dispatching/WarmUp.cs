namespace CampaignEngine.Dispatching;

/// <summary>How much a new sending address may send a day while mailbox providers get to know it.</summary>
/// <param name="From">First day, in the installation's zone.</param>
/// <param name="PerDay">Most messages in 24 hours on the first day, the second, and so on; the last day's is the end of it.</param>
public sealed record WarmUp(DateOnly From, IReadOnlyList<int> PerDay, TimeZoneInfo Zone)
{
    /// <summary>What may be sent in 24 hours; null when the warm-up is over. Before its first day as on it.</summary>
    public int? MostAt(DateTimeOffset now)
    {
        var day = Math.Max(0, DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, Zone).DateTime).DayNumber - From.DayNumber);
        return day < PerDay.Count ? PerDay[day] : null;
    }
}
