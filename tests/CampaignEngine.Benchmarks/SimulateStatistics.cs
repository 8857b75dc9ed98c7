using System.Globalization;
using CampaignEngine.Testing;

namespace CampaignEngine.Benchmarks;

/// <summary>The promises of docs/reports.md about intervals, in full: coverage and A/A campaigns looked at daily. Ends with an error when one is not kept.</summary>
internal static class SimulateStatistics
{
    public static Task RunAsync(string[] arguments)
    {
        var runs = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 10_000;
        var simulation = new StatisticsSimulation(runs, seed: 20260310);
        var kept = true;
        Console.WriteLine($"| interval | coverage in {runs:N0} runs |\n|---|---|");
        foreach (var (interval, coverage) in simulation.Coverage())
        {
            kept &= Math.Abs(coverage - 0.95) <= 0.005;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {interval} | {coverage:0.00 %} |"));
        }

        var fewer = new StatisticsSimulation(Math.Max(100, runs / 10), seed: 20260311);
        Console.WriteLine($"\n| orders, {Math.Max(100, runs / 10):N0} runs | coverage of Welch's interval | of the bootstrap's, 999 draws | of the outer ends |\n|---|---|---|---|");
        foreach (var (orders, welch, bootstrap, outer) in fewer.HeavyTails(999))
        {
            // No interval from the sample alone is right under the heaviest tails; the promise is that of the outer ends.
            kept &= outer >= 0.93;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {orders} | {welch:0.0 %} | {bootstrap:0.0 %} | {outer:0.0 %} |"));
        }

        Console.WriteLine("\n| A/A test looked at on 28 days | finds a difference: any-time interval | ordinary interval | ordinary interval, last day only |\n|---|---|---|---|");
        foreach (var rate in (double[])[0.01, 0.03, 0.2])
        {
            var (anyTime, ordinary, once) = simulation.Peeking(rate);
            kept &= anyTime <= 0.05;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| rate {rate:0 %} | {anyTime:0.00 %} | {ordinary:0.00 %} | {once:0.00 %} |"));
        }

        var (plain, corrected) = simulation.ManyCells(5, 0.03);
        kept &= corrected <= 0.055;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nfive equal cells against the control cell: one of them found different in {plain:0.00 %}, after Holm's correction in {corrected:0.00 %}"));
        return kept ? Task.CompletedTask : throw new InvalidOperationException("a promise is not kept");
    }
}
