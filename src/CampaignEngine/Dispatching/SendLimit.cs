using System.Globalization;

namespace CampaignEngine.Dispatching;

/// <summary>At most so many messages in any window of that length, whichever worker sends them.</summary>
/// <param name="Subject">"route:relay", "sender:shop", "campaign:spring-tea" or "provider:gmail".</param>
public sealed record SendLimit(string Subject, int Most, TimeSpan Window)
{
    // A message must leave within a part of the window, or the window would have to be watched for longer than it is.
    private const int Part = 4;

    /// <summary>Instead of <see cref="Most"/> a number that rises from day to day; null: it does not.</summary>
    public WarmUp? WarmUp { get; init; }

    /// <summary>As it holds at that moment; null: it does not hold any more.</summary>
    public SendLimit? At(DateTimeOffset now) => WarmUp is null ? this : WarmUp.MostAt(now) is { } most ? this with { Most = most, WarmUp = null } : null;

    /// <summary>Its name in the ledger.</summary>
    public string Bucket => string.Create(CultureInfo.InvariantCulture, $"{Subject} {Window.TotalSeconds:0} s");

    /// <summary>What follows from limits in long windows for a second, so that an hour's amount does not leave in its first minute: a quarter more than the even pace.</summary>
    public static IEnumerable<SendLimit> Smoothed(IEnumerable<SendLimit> limits) => limits.SelectMany<SendLimit, SendLimit>(l => l.Window <= TimeSpan.FromSeconds(10)
        ? [l]
        : [l, new SendLimit($"{l.Subject} smoothed", (int)Math.Ceiling(12.5 * l.Most / l.Window.TotalSeconds), TimeSpan.FromSeconds(10))]);

    /// <summary>How long a message may take from its grant to its terminator under these limits.</summary>
    public static TimeSpan Lifetime(IReadOnlyList<SendLimit> limits, TimeSpan longest)
    {
        var shortest = limits.Count == 0 ? longest : limits.Min(l => l.Window) / Part;
        return shortest < longest ? shortest : longest;
    }
}
