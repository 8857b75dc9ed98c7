using CampaignEngine.Benchmarks;
using CampaignEngine.Benchmarks.Sending;
using CampaignEngine.Benchmarks.Channels;
using CampaignEngine.Benchmarks.Templating;
using CampaignEngine.Benchmarks.Tracking;

// dotnet run -c Release --project tests/CampaignEngine.Benchmarks -- NAME [ARGUMENTS]
// Each benchmark prints a Markdown table; results worth keeping are committed under Results/ with the machine named.
Dictionary<string, Func<string[], Task>> benchmarks = new(StringComparer.Ordinal)
{
    ["bounces"] = BounceBenchmark.RunAsync,
    ["import"] = ImportBenchmark.RunAsync,
    ["selection"] = SelectionBenchmark.RunAsync,
    ["plan"] = PlanBenchmark.RunAsync,
    ["report"] = ReportBenchmark.RunAsync,
    ["simulate-statistics"] = SimulateStatistics.RunAsync,
    ["sms"] = SmsBenchmark.RunAsync,
    ["templating"] = TemplatingBenchmark.RunAsync,
    ["send"] = SendBenchmark.RunAsync,
    ["intake"] = IntakeBenchmark.RunAsync,
    ["attack-tokens"] = TokenAttackCommand.RunAsync,
    ["fuzz-templates"] = TemplateFuzz.RunAsync,
};

if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out var run))
{
    Console.Error.WriteLine($"which benchmark? One of: {string.Join(", ", benchmarks.Keys)}");
    return 2;
}

await run(args[1..]);
return 0;
