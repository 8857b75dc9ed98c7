using System.Numerics;

namespace CampaignEngine.Templating.Evaluation;

/// <summary>Integers of the language are the smallest of int, long and big integer that holds them.</summary>
internal static class Integers
{
    private static readonly object[] s_small = [.. Enumerable.Range(-16, 272).Select(i => (object)i)];

    public static object Fit(long value) =>
        value is >= -16 and < 256 ? s_small[value + 16] : value is >= int.MinValue and <= int.MaxValue ? (object)(int)value : value;

    public static object Fit(Int128 value) => value >= long.MinValue && value <= long.MaxValue ? Fit((long)value) : (BigInteger)value;

    public static object Fit(BigInteger value) => value >= long.MinValue && value <= long.MaxValue ? Fit((long)value) : value;
}
