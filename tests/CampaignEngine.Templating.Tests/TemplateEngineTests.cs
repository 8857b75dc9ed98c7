using System.Buffers;
using System.Globalization;
using System.Text;
using CampaignEngine.Templating;

namespace CampaignEngine.Templating.Tests;

/// <summary>What every engine of a build owes: the same text for the same template, faults with their places, limits.</summary>
public sealed class TemplateEngineTests
{
    private static readonly string[] s_templates =
    [
        "Dear {{ customer.first_name ?? 'friend' }} {{ customer.last_name | string.upcase }},",
        "{{ for o in orders }}{{ for.index + 1 }}. {{ o.number }}: {{ o.amount | math.format 'N2' }}{{ if !for.last }}; {{ end }}{{ else }}none{{ end }}",
        "{{ if customer.vip && orders.size > 1 }}a{{ else if customer.id > 3 }}b{{ else }}c{{ end }}",
        "{{ case customer.id }}{{ when 1, 2 }}low{{ when 7 }}seven{{ else }}other{{ end }}",
        "{{ customer.joined | date.to_string '%d %B %Y' }} {{ customer.joined | date.add_days 1 | date.to_string '%F' }}",
        "{{ capture x }}<{{ customer.last_name }}>{{ end }}{{ x }}{{ x | string.size }}",
        "{{ with customer }}{{ first_name }} {{ id }}{{ end }}",
        "{{ func twice(x); ret x * 2; end; twice 21 }} {{ half(x) = x / 2; half 5 }}",
        "{{ orders | array.map 'number' | array.join ', ' }} {{ orders[0].number }} {{ [1, 2] + [3] }} {{ 1..3 }}",
        "  {{~ include 'footer' ~}}  \n end {{- ' .' }}",
        "{{ money 12.5 }} {{ money 3 currency: 'EUR' }} {{ 'abc' | shout }} {{ brand }}",
        "{{ $'[{customer.last_name}]' }} {{ {a: 1, b: [true, null]} }} {%{ {{ raw }} }%}",
        "{{ x = 1; while x < 4; x; x = x + 1; end }} {{ 7 / 2 }} {{ 7 // 2 }} {{ 7 % 4 }} {{ 1 << 4 }}",
        "{{ 'a-b' | string.replace '-' '+' | string.append '!' }} {{ 'x y' | regex.replace `\\s` '_' }} {{ null ?? 'd' }} {{ offer?.size }}",
    ];

    public static TheoryData<string, int> Templates()
    {
        var data = new TheoryData<string, int>();
        foreach (var engine in TemplateEngine.All)
        {
            for (var i = 0; i < s_templates.Length; i++)
            {
                data.Add(engine.Name, i);
            }
        }

        return data;
    }

    public static TheoryData<string> Engines() => [.. TemplateEngine.All.Select(e => e.Name)];

    [Theory]
    [MemberData(nameof(Templates))]
    public void EveryEnginePrintsWhatTheFastPathPrints(string engine, int index)
    {
        var template = Template.Parse(s_templates[index], "x");
        for (var seed = 0; seed < 10; seed++)
        {
            var row = CompiledTemplateTests.Fill(new Random(seed));
            row.Culture = CultureInfo.InvariantCulture;
            row.SetInteger(CompiledTemplateTests.Shape.Slot("customer.id"), seed);

            Assert.Equal(
                Text(template.Compile(CompiledTemplateTests.Shape, CompiledTemplateTests.Environment), row),
                Text(template.Compile(CompiledTemplateTests.Shape, With(engine)), row));
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void AFaultNamesItsPlaceOnEveryEngine(string engine)
    {
        var fault = Assert.Throws<TemplateException>(() => Template.Parse("ab\n {{ nobody.name }}", "x").Render(null, With(engine), cancellation: TestContext.Current.CancellationToken));

        Assert.Equal(("x", 2, Severity.Error), (fault.Error.Path, fault.Error.Line, fault.Error.Severity));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void AFailingFunctionOfTheHostNamesItsPlaceOnEveryEngine(string engine)
    {
        var environment = With(engine).Add("fail", string (int code) => throw new InvalidOperationException($"code {code}"));

        var fault = Assert.Throws<TemplateException>(() => Template.Parse("\n{{ fail 3 }}", "x").Render(null, environment, cancellation: TestContext.Current.CancellationToken));

        Assert.Equal(2, fault.Error.Line);
        Assert.Contains("code 3", fault.Error.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void LoopsAndOutputAreBoundedOnEveryEngine(string engine)
    {
        var limits = new RenderLimits { LoopIterations = 100, OutputBytes = 1000 };

        Assert.Throws<TemplateException>(() => Template.Parse("{{ for i in 1..500; end }}", "x").Render(null, With(engine), limits, TestContext.Current.CancellationToken));
        var full = Assert.Throws<TemplateException>(() => Template.Parse("{{ for i in 1..50; '" + new string('x', 50) + "'; end }}", "x").Render(null, With(engine), limits, TestContext.Current.CancellationToken));
        Assert.Equal("CE3202", full.Error.Code);
    }

    private static TemplateEnvironment With(string engine)
    {
        var environment = CompiledTemplateTests.Environment;
        return new TemplateEnvironment { Engine = TemplateEngine.All.Single(e => e.Name == engine), Include = environment.Include }
            .Add("money", (decimal amount, string currency = "USD") => amount.ToString("N2", CultureInfo.InvariantCulture) + " " + currency)
            .Add("shout", string? (string? text) => text?.ToUpperInvariant())
            .AddVariable("brand", "Tea & Co");
    }

    private static string Text(CompiledTemplate compiled, Row row)
    {
        var output = new ArrayBufferWriter<byte>();
        try
        {
            compiled.Render(output, row, cancellation: TestContext.Current.CancellationToken);
        }
        catch (TemplateException fault)
        {
            return $"fault in line {fault.Error.Line}";
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
