using System.Diagnostics;
using System.Globalization;
using CampaignEngine.Testing;

namespace CampaignEngine.Benchmarks.Tracking;

/// <summary>The attack of the test suite at full size: <c>attack-tokens 10000000</c>. Fails when one token is accepted.</summary>
internal static class TokenAttackCommand
{
    public static Task RunAsync(string[] args)
    {
        var tries = args is [var written] ? long.Parse(written, CultureInfo.InvariantCulture) : 10_000_000;
        var began = Stopwatch.GetTimestamp();
        var accepted = TokenAttack.Run(tries, seed: 4711);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tries:N0} tokens that nobody signed, {accepted:N0} accepted, {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s"));
        return accepted == 0 ? Task.CompletedTask : throw new InvalidOperationException("a token was accepted that nobody signed");
    }
}
