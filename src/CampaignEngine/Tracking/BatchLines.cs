using System.Globalization;

namespace CampaignEngine.Tracking;

/// <summary>A line of a batch that was not taken, and why.</summary>
public sealed record RefusedLine(int Line, string Why);

/// <summary>What the batches that callers hand in have in common: a JSON object a line, so many lines at most, times with an offset.</summary>
internal static class BatchLines
{
    private static readonly string[] TimeForms = ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];

    /// <summary>Lines with something in them and their numbers from 1. Behind the last that may be there, one refusal takes the place of all.</summary>
    public static IEnumerable<(int Number, ReadOnlyMemory<byte> Line)> Of(ReadOnlyMemory<byte> batch, int most, List<RefusedLine> refused)
    {
        for (var number = 1; batch.Length > 0; number++)
        {
            var end = batch.Span.IndexOf((byte)'\n');
            var line = (end < 0 ? batch : batch[..end]).Trim(" \t\r"u8);
            batch = end < 0 ? default : batch[(end + 1)..];
            if (line.IsEmpty)
            {
                continue;
            }

            if (number > most)
            {
                refused.Add(new RefusedLine(number, $"a batch has at most {most} lines; hand in the rest as another"));
                yield break;
            }

            yield return (number, line);
        }
    }

    /// <summary>ISO 8601 with its offset.</summary>
    public static bool TryTime(string? text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(text, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    /// <summary>Why a time was refused.</summary>
    public static string NoTime(DateTimeOffset now) => $"has no time in 'at' that has passed; write ISO 8601 with its offset, such as {now.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss'Z'}";
}
