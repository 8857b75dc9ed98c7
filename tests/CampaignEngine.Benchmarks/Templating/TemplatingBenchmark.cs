using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using CampaignEngine.Templating;

namespace CampaignEngine.Benchmarks.Templating;

/// <summary>
/// Messages a second on one thread and bytes allocated for each, against Scriban; time to compile and to check: <c>templating</c>.
/// Built with <c>-p:WithScriban=true</c> it measures Scriban in the same run, otherwise it compares with the committed figures, and says so.
/// </summary>
internal static class TemplatingBenchmark
{
    // Scriban 7.2 as this program measured it on the machine named in Results/templating.md: messages a second, bytes allocated for each.
    private static readonly Measured s_mailBaseline = new(4_824, 162_826);
    private static readonly Measured s_mailKeptBaseline = new(7_842, 56_175);
    private static readonly Measured s_smsBaseline = new(21_787, 36_591);
    private static readonly Measured s_smsKeptBaseline = new(58_794, 4_105);

    private readonly record struct Measured(double Rate, double Bytes);

    public static Task RunAsync(string[] args)
    {
        // The first compilation pays for the JIT; it must come before anything else warms the engine up.
        var clock = Stopwatch.GetTimestamp();
        var mail = Compile(BenchmarkMessages.Mail);
        var cold = Stopwatch.GetElapsedTime(clock);
        var row = BenchmarkMessages.Fill();
        Require(mail);
        var sms = Require(Compile(BenchmarkMessages.Sms));
        var escaped = Require(Template.Parse(BenchmarkMessages.Mail, "mail.sbn-html", TemplateOptions.HtmlEscaped).Compile(BenchmarkMessages.Shape));

        Line($"the mail has {Encoding.UTF8.GetByteCount(BenchmarkMessages.Mail):N0} bytes of template and {Rendered(mail, row).Length:N0} rendered, the SMS {Rendered(sms, row).Length:N0}\n");
        Line($"| message | engine | messages/s | bytes allocated each | CampaignEngine is faster, times |\n|---|---|---:|---:|---:|");
        Report("HTML mail, as it stands", mail, row, BenchmarkMessages.Mail, s_mailBaseline, s_mailKeptBaseline);
        Report("SMS", sms, row, BenchmarkMessages.Sms, s_smsBaseline, s_smsKeptBaseline);
        var safe = Measure(() => Write(escaped, row));
        Line($"| HTML mail, every value escaped for its place | CampaignEngine | {safe.Rate:N0} | {safe.Bytes:N0} | |");

        Line($"\n| step | ms | target |\n|---|---:|---:|");
        Line($"| parse and compile the mail, first in the process | {cold.TotalMilliseconds:0.0} | |");
        Line($"| parse and compile the mail, warm (median) | {Median(() => Compile(BenchmarkMessages.Mail)):0.00} | 20 |");
        var large = Large();
        var first = Stopwatch.GetTimestamp();
        Check(large);
        Line($"| parse and check a template of {large.Length / 1024} KB, first | {Stopwatch.GetElapsedTime(first).TotalMilliseconds:0.0} | |");
        Line($"| parse and check a template of {large.Length / 1024} KB, warm (median) | {Median(() => Check(large)):0.0} | 50 |");
        var many = Stopwatch.GetTimestamp();
        for (var i = 0; i < 1000; i++)
        {
            Check(BenchmarkMessages.Mail + i.ToString(CultureInfo.InvariantCulture));
        }

        Line($"| load and check 1,000 templates of {BenchmarkMessages.Mail.Length / 1024} KB | {Stopwatch.GetElapsedTime(many).TotalMilliseconds:0} | 2000 |");
        return Task.CompletedTask;
    }

    private static readonly ArrayBufferWriter<byte> s_output = new(1 << 16);

    private static void Report(string name, CompiledTemplate compiled, Row row, string text, Measured fresh, Measured kept)
    {
        var ours = Measure(() => Write(compiled, row));
        var source = "committed baseline";
#if WITH_SCRIBAN
        var scriban = new ScribanMeasure(text, row.ToDictionary());
        if (scriban.Render() != Encoding.UTF8.GetString(Rendered(compiled, row)) || scriban.RenderWithKeptContext() != scriban.Render())
        {
            throw new InvalidOperationException($"{name}: the two engines do not print the same");
        }

        fresh = Measure(() => scriban.Render());
        kept = Measure(() => scriban.RenderWithKeptContext());
        source = "measured in this run";
#else
        _ = text;
#endif
        Line($"| {name} | CampaignEngine | {ours.Rate:N0} | {ours.Bytes:N0} | |");
        Line($"| | Scriban, a context for each message ({source}) | {fresh.Rate:N0} | {fresh.Bytes:N0} | {ours.Rate / fresh.Rate:0.0} |");
        Line($"| | Scriban, its context kept ({source}) | {kept.Rate:N0} | {kept.Bytes:N0} | {ours.Rate / kept.Rate:0.0} |");
    }

    private static void Write(CompiledTemplate compiled, Row row)
    {
        s_output.ResetWrittenCount();
        compiled.Render(s_output, row);
    }

    private static byte[] Rendered(CompiledTemplate compiled, Row row)
    {
        Write(compiled, row);
        return s_output.WrittenSpan.ToArray();
    }

    /// <summary>The best of five rounds after a second of warming up: the machine may have other work.</summary>
    private static Measured Measure(Action message)
    {
        for (var warm = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(warm).TotalSeconds < 1.5;)
        {
            message();
        }

        var best = new Measured(0, double.MaxValue);
        for (var round = 0; round < 5; round++)
        {
            var (count, bytes, start) = (0, GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            TimeSpan taken;
            do
            {
                for (var i = 0; i < 100; i++)
                {
                    message();
                }

                count += 100;
                taken = Stopwatch.GetElapsedTime(start);
            }
            while (taken.TotalSeconds < 0.6);

            best = new Measured(Math.Max(best.Rate, count / taken.TotalSeconds), Math.Min(best.Bytes, (GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)count));
        }

        return best;
    }

    private static double Median(Action work)
    {
        var times = new double[31];
        for (var i = 0; i < times.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        return times[times.Length / 2];
    }

    private static CompiledTemplate Compile(string text) => Template.Parse(text, "mail.sbn-txt").Compile(BenchmarkMessages.Shape);

    private static CompiledTemplate Require(CompiledTemplate compiled) =>
        compiled.SlowPathReason is null ? compiled : throw new InvalidOperationException($"not on the fast path: {compiled.SlowPathReason}");

    private static void Check(string text)
    {
        var messages = TemplateChecker.Check(Template.Parse(text, "mail.sbn-html", TemplateOptions.HtmlEscaped), BenchmarkMessages.Shape);
        if (messages.Count > 0)
        {
            throw new InvalidOperationException(messages[0].ToString());
        }
    }

    /// <summary>100 KB with as much code as text.</summary>
    private static string Large()
    {
        var text = new StringBuilder();
        while (text.Length < 100 * 1024)
        {
            text.Append("""
                <p>Dear {{ customer.first_name }} {{ customer.last_name | string.upcase | string.truncate 20 }}, {{ if customer.vip && customer.points > 100 }}thank you{{ else if customer.balance < 0 }}please pay{{ else }}hello{{ end }}</p>
                {{ for order in orders }}{{ if order.amount > 10 }}<td>{{ order.product | string.capitalize }}: {{ order.amount * order.quantity | math.format 'N2' }} on {{ order.ordered_at | date.to_string '%d %b %Y' }}</td>{{ end }}{{ end }}

                """);
        }

        return text.ToString();
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
