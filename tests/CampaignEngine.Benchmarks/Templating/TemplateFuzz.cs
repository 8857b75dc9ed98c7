using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using CampaignEngine.Templating;
using CampaignEngine.Templating.Tests;

namespace CampaignEngine.Benchmarks.Templating;

/// <summary>
/// Parses, checks, compiles and renders mutated templates: <c>fuzz-templates [COUNT] [SEED]</c>. Ends with the text that did it
/// when one crashes, hangs, grows the memory, or fails with anything that is not a message with a place.
/// </summary>
internal static class TemplateFuzz
{
    public static Task RunAsync(string[] args)
    {
        var count = args.Length > 0 ? long.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
        var seed = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
        var seeds = Seeds();
        var random = new Random(seed);
        var environment = new TemplateEnvironment { Include = name => name == "x" ? "{{ x }}{{ include 'x' }}" : null, Seed = 1 };
        var model = BenchmarkMessages.Fill().ToDictionary();
        var row = BenchmarkMessages.Fill();
        var output = new ArrayBufferWriter<byte>();
        var (broken, faults, rendered, slowest, text) = (0L, 0L, 0L, TimeSpan.Zero, string.Empty);
        var heapAtStart = 0L;
        var clock = Stopwatch.GetTimestamp();
        for (var i = 0L; i < count; i++)
        {
            text = TemplateMutator.Mutate(seeds, random);
            var started = Stopwatch.GetTimestamp();
            try
            {
                var template = Template.Parse(text, "x", random.Next(3) == 0 ? TemplateOptions.HtmlEscaped : TemplateOptions.Plain);
                Placed(template.Messages);
                if (template.HasErrors)
                {
                    broken++;
                }
                else
                {
                    Placed(TemplateChecker.Check(template, BenchmarkMessages.Shape));
                    if (random.Next(2) == 0)
                    {
                        template.Render(model, environment, TemplateMutator.Limits);
                    }
                    else
                    {
                        output.ResetWrittenCount();
                        template.Compile(BenchmarkMessages.Shape, environment).Render(output, row, TemplateMutator.Limits);
                    }

                    rendered++;
                }
            }
            catch (TemplateException fault)
            {
                faults++;
                Placed([fault.Error]);
            }
            catch (Exception)
            {
                Console.Error.WriteLine($"{i} of seed {seed}:\n{text}");
                throw;
            }

            var taken = Stopwatch.GetElapsedTime(started);
            slowest = taken > slowest ? taken : slowest;
            if (taken > TimeSpan.FromSeconds(20))
            {
                throw new InvalidOperationException($"took {taken}:\n{text}");
            }

            if (i == Math.Min(count / 10, 50_000))
            {
                heapAtStart = GC.GetTotalMemory(forceFullCollection: true);
            }

            if ((i + 1) % 250_000 == 0)
            {
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{i + 1:N0} after {Stopwatch.GetElapsedTime(clock).TotalSeconds:0} s, heap {GC.GetTotalMemory(forceFullCollection: true) / 1024:N0} KiB"));
            }
        }

        var growth = GC.GetTotalMemory(forceFullCollection: true) - heapAtStart;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{count:N0} templates in {Stopwatch.GetElapsedTime(clock).TotalSeconds:N0} s: {broken:N0} did not parse, {faults:N0} ended with an error, {rendered:N0} rendered; slowest {slowest.TotalMilliseconds:N0} ms, heap grew by {growth / 1024:N0} KiB"));
        return growth < 32 * 1024 * 1024 ? Task.CompletedTask : throw new InvalidOperationException("the memory grows");
    }

    private static void Placed(IEnumerable<TemplateMessage> messages)
    {
        if (messages.FirstOrDefault(m => m.Line < 1 || m.Column < 1) is { } lost)
        {
            throw new InvalidOperationException($"no place: {lost}");
        }
    }

    private static string[] Seeds()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var cases = Path.Combine(folder.FullName, "tests", "CampaignEngine.Templating.Tests", "Cases");
            if (Directory.Exists(cases))
            {
                return [.. Directory.GetFiles(cases, "*.txt", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllText), BenchmarkMessages.Sms];
            }
        }

        throw new DirectoryNotFoundException("run this inside the repository: the seeds are the template cases of its tests");
    }
}
