using System.Buffers;
using System.Text;
using CampaignEngine.Templating;

namespace CampaignEngine.Templating.Tests;

public sealed class GoldenCaseTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Cases");

    public static TheoryData<string> Names() =>
        [.. Directory.GetFiles(Folder, "*.txt", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith(".out.txt", StringComparison.Ordinal))
            .Select(f => Path.GetRelativePath(Folder, f)[..^4])
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryFeatureOfTheLanguagePrintsWhatItsCaseSays(string name)
    {
        var template = Template.Parse(File.ReadAllText(Path.Combine(Folder, name + ".txt")), name);

        Assert.Empty(template.Messages);
        Assert.Equal(File.ReadAllText(Path.Combine(Folder, name + ".out.txt")), template.Render());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ACompiledTemplatePrintsTheSame(string name)
    {
        var shape = new Shape("message", []);
        var output = new ArrayBufferWriter<byte>();

        Template.Parse(File.ReadAllText(Path.Combine(Folder, name + ".txt")), name).Compile(shape).Render(output, new Row(shape), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(File.ReadAllText(Path.Combine(Folder, name + ".out.txt")), Encoding.UTF8.GetString(output.WrittenSpan));
    }

    /// <summary>Line by line more of a template fits the fast path than of a whole case.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void EveryLineOfACaseIsTheSameOnBothPaths(string name)
    {
        var shape = new Shape("message", []);
        foreach (var line in File.ReadAllLines(Path.Combine(Folder, name + ".txt")))
        {
            var template = Template.Parse(line, name);
            if (template.HasErrors)
            {
                continue;
            }

            var output = new ArrayBufferWriter<byte>();
            var compiled = template.Compile(shape);
            Assert.Equal(Outcome(() => template.Render()), Outcome(() =>
            {
                compiled.Render(output, new Row(shape), cancellation: TestContext.Current.CancellationToken);
                return Encoding.UTF8.GetString(output.WrittenSpan);
            }));
        }
    }

    private static string Outcome(Func<string> render)
    {
        try
        {
            return render();
        }
        catch (TemplateException fault)
        {
            return fault.Message;
        }
    }
}
