using System.Buffers;
using System.Globalization;
using System.Text;
using CampaignEngine.Rendering;
using CampaignEngine.Templating;

namespace CampaignEngine.Tests.Rendering.Wording;

/// <summary>The functions write into a compiled message what they return to the interpreter.</summary>
public sealed class WordingOnTheFastPathTests
{
    private const string Everything = """
        {{ plural n one:'# tea' few:'# teas (few)' other:'# or # łteas' }}|{{ plural m one:'one' many:'many #' }}|{{ plural n few:'few' other:'' language:'pl' }}
        {{ for s in ['long', 'full', 'short', 'day', 'month', 'time'] }}{{ local_date at s }}|{{ end }}{{ local_date day }}|{{ at | local_date 'full' 'ar' }}
        {{ local_number n }}|{{ local_number n 2 }}|{{ m | local_number language:'de' }}|{{ local_number m 0 }}|{{ local_number n 99 }}|{{ local_number n -1 }}
        """;

    private static readonly Shape s_shape = new("message", [new("n", ShapeType.Number, true), new("m", ShapeType.Integer), new("at", ShapeType.Time), new("day", ShapeType.Date, true)]);

    private static CompiledTemplate Compile(string text) =>
        Template.Parse(text).Compile(s_shape, TemplateFunctions.Environment(_ => null, TimeZoneInfo.Utc, TimeProvider.System));

    [Fact]
    public void TheyGiveTheSameOnBothPathsInEveryLanguage()
    {
        var (fast, slow) = (Compile(Everything), Compile("{{ func slow; end }}" + Everything));
        Assert.Null(fast.SlowPathReason);
        Assert.NotNull(slow.SlowPathReason);
        var random = new Random(5);
        foreach (var language in new[] { "en-US", "en-GB", "de-DE", "fr-FR", "pl-PL", "ru-RU", "ar-SA", "fa-IR", "th-TH", "zh-TW", "ja-JP", "hi-IN", "pt-BR", "sl-SI", "lt-LT", "cy-GB", "he-IL", "sv-SE", "bn-BD", "" })
        {
            for (var i = 0; i < 40; i++)
            {
                var row = Fill(random, language);

                Assert.Equal(Render(slow, row), Render(fast, row));
            }
        }
    }

    [Fact]
    public void AStyleThatIsNoneIsRefusedWithItsPlace()
    {
        var compiled = Compile("{{ style = 'lng' }}{{ local_date at style }}");
        Assert.Null(compiled.SlowPathReason);

        var fault = Assert.Throws<TemplateException>(() => Render(compiled, Fill(new Random(1), "en-US")));

        Assert.Contains("there is no style lng; known are long, full, short, day, month, time", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheyAllocateNothing()
    {
        var compiled = Compile("{{ plural n one:'# tea' other:'# teas' }}{{ local_date at }}{{ local_date day 'full' }}{{ local_number n }}{{ local_number m 2 }}");
        var row = Fill(new Random(4), "de-DE");
        var output = new ArrayBufferWriter<byte>(1 << 16);
        for (var i = 0; i < 20; i++)
        {
            output.ResetWrittenCount();
            compiled.Render(output, row, cancellation: CancellationToken.None);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            output.ResetWrittenCount();
            compiled.Render(output, row, cancellation: CancellationToken.None);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static Row Fill(Random random, string language)
    {
        var row = new Row(s_shape) { Language = CultureInfo.GetCultureInfo(language) };
        if (random.Next(8) > 0)
        {
            row.SetNumber(s_shape.Slot("n"), random.Next(3) == 0 ? random.Next(-3, 130) : new decimal(random.Next(), 0, 0, random.Next(4) == 0, (byte)random.Next(6)));
            row.SetDate(s_shape.Slot("day"), new DateOnly(1990, 1, 1).AddDays(random.Next(20000)));
        }

        row.SetInteger(s_shape.Slot("m"), random.Next(2) == 0 ? random.Next(-2, 30) : random.NextInt64());
        row.SetTime(s_shape.Slot("at"), DateTimeOffset.UnixEpoch.AddMinutes(random.Next(30_000_000)));
        return row;
    }

    private static string Render(CompiledTemplate template, Row row)
    {
        var output = new ArrayBufferWriter<byte>();
        template.Render(output, row, cancellation: TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
