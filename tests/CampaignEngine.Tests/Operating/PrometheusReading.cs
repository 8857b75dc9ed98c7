using System.Globalization;
using System.Text.RegularExpressions;

namespace CampaignEngine.Tests.Operating;

/// <summary>Reads the text format of Prometheus 0.0.4 and takes nothing that a scraper would refuse.</summary>
internal static partial class PrometheusReading
{
    private static readonly string[] Types = ["counter", "gauge", "histogram"];

    /// <summary>Samples by name and labels as written, such as <c>a_total{b="c"}</c>.</summary>
    public static Dictionary<string, double> Read(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        var families = new HashSet<string>(StringComparer.Ordinal);
        var (help, family, type) = ("", "", "");
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (Help().Match(line) is { Success: true } helped)
            {
                help = helped.Groups[1].Value;
                Assert.True(families.Add(help), $"{help} comes twice");
                continue;
            }

            if (Type().Match(line) is { Success: true } typed)
            {
                (family, type) = (typed.Groups[1].Value, typed.Groups[2].Value);
                Assert.Equal(help, family);
                Assert.Contains(type, Types);
                continue;
            }

            var sample = Sample().Match(line);
            Assert.True(sample.Success, $"no sample: {line}");
            var name = sample.Groups["name"].Value;
            string[] allowed = type == "histogram" ? [family + "_bucket", family + "_sum", family + "_count"] : [family];
            Assert.Contains(name, allowed);
            Assert.Equal(type == "counter", name.EndsWith("_total", StringComparison.Ordinal));
            samples.Add(line[..line.LastIndexOf(' ')], Number(sample.Groups["value"].Value));
        }

        CheckHistograms(samples);
        return samples;
    }

    private static void CheckHistograms(Dictionary<string, double> samples)
    {
        foreach (var (key, buckets) in samples.Where(s => s.Key.Contains("_bucket{", StringComparison.Ordinal)).GroupBy(s => Bound().Replace(s.Key, "")).ToDictionary(g => g.Key, g => g.ToList()))
        {
            Assert.Equal(buckets.OrderBy(b => b.Value).Select(b => b.Value), buckets.Select(b => b.Value));
            Assert.Contains("le=\"+Inf\"", buckets[^1].Key, StringComparison.Ordinal);
            var count = key.Replace("_bucket{", "_count{", StringComparison.Ordinal).Replace("{}", "", StringComparison.Ordinal);
            Assert.Equal(samples[count], buckets[^1].Value);
            Assert.Contains(count.Replace("_count", "_sum", StringComparison.Ordinal), samples.Keys);
        }
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\]|\\\\|\\n)*)$")]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) ([a-z]+)$")]
    private static partial Regex Type();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\\\|\\"|\\n)*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\\\|\\"|\\n)*")*\})? (?<value>[-+]?(?:[0-9.]+(?:[eE][-+]?[0-9]+)?|Inf)|NaN)$""")]
    private static partial Regex Sample();

    [GeneratedRegex(""",?le="[^"]*"(?=\})""")]
    private static partial Regex Bound();
}
