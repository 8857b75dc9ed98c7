using System.Diagnostics;
using CampaignEngine.Templating;

namespace CampaignEngine.Templating.Tests;

public sealed class HostileInputTests
{
    [Theory]
    [InlineData("{{ while true; end }}", "CE3204")]
    [InlineData("{{ while true; 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'; end }}", "CE32")]
    [InlineData("{{ for i in 1..1000000000; end }}", "CE3206")]
    [InlineData("{{ for i in 1..1000; for j in 1..1000; i; end; end }}", "CE3204")]
    [InlineData("{{ x = 'a'; for i in 1..100; x = x + x; end }}", "CE3205")]
    [InlineData("{{ 'abc' * 1000000000 }}", "CE3205")]
    [InlineData("{{ x = 10; for i in 1..100; x = x * x; end }}", "CE3101")]
    [InlineData("{{ 1 << 1000000000 }}", "CE3101")]
    [InlineData("{{ func f; f; end; f }}", "CE3203")]
    [InlineData("{{ func f(x); f x; end; f 1 }}", "CE3203")]
    [InlineData("{{ include 'self' }}", "CE3203")]
    [InlineData("{{ x = []; x[100000000] = 1 }}", "CE3206")]
    [InlineData("{{ x = []; for i in 1..50; x = [x, x]; end; x }}", "CE3101")]
    [InlineData("{{ x = {}; x.me = x; x }}", "CE3101")]
    [InlineData("{{ x = [1]; for i in 1..50; x = x | array.concat x; end }}", "CE3206")]
    [InlineData("{{ x = [1]; for i in 1..50; x = [x, x]; end; x == x }}", "CE32")]
    [InlineData("{{ x = []; x[0] = x; x == x }}", "CE32")]
    [InlineData("{{ (1..1000000000) + [1] }}", "CE3206")]
    [InlineData("{{ [1] & (1..1000000000) }}", "CE3206")]
    [InlineData("{{ [1, 2] * 1000000000 }}", "CE3206")]
    [InlineData("{{ 2 | [1] }}", "CE3101")]
    [InlineData("{{ x++ }}", "CE3101")]
    [InlineData("{{ 1.5 | math.format 'N2' ' de-DE' }}", "CE3101")]
    [InlineData("{{ 'a' | string.pad_left 2000000000 }}", "CE3205")]
    [InlineData("{{ x = 'a' * 100000; x | string.replace 'a' x }}", "CE3205")]
    [InlineData("{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | regex.match `(?<=a)(a+)+$` }}", "CE3207")]
    [InlineData("{{ 1.5 | math.format 'N999999999' }}", "CE3101")]
    [InlineData("{{ x = 'x | object.eval'; x | object.eval }}", "CE3203")]
    public void AHostileTemplateEndsQuicklyWithAPlacedError(string text, string code)
    {
        var clock = Stopwatch.StartNew();
        var template = Template.Parse(text, "x");
        Assert.False(template.HasErrors, string.Join('\n', template.Messages));

        var fault = Assert.Throws<TemplateException>(() => template.Render(include: _ => "{{ include 'self' }}"));

        Assert.StartsWith(code, fault.Error.Code, StringComparison.Ordinal);
        Assert.True(fault.Error.Line == 1 && fault.Error.Column > 1 || fault.Error.Code == "CE3203", fault.Message);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"took {clock.Elapsed}");
    }

    [Fact]
    public void ACatastrophicPatternTakesLinearTime()
    {
        var template = Template.Parse("{{ (('a' * 5000) + '!') | regex.match `^(a+)+$` | array.size }}");

        Assert.Equal("0", template.Render());
    }

    [Theory]
    [InlineData("(", 10_000)]
    [InlineData("[", 10_000)]
    [InlineData("{a:", 10_000)]
    [InlineData("!", 10_000)]
    [InlineData("1+", 200_000)]
    [InlineData("a.", 200_000)]
    [InlineData("a|", 200_000)]
    [InlineData("if a;", 10_000)]
    [InlineData("for a in b;", 10_000)]
    [InlineData("f do;", 10_000)]
    [InlineData("a ? b : ", 10_000)]
    [InlineData("$\"{", 10_000)]
    [InlineData("if a;else ", 10_000)]
    public void DeepNestingIsAParseError(string piece, int times)
    {
        var template = Template.Parse("{{ " + string.Concat(Enumerable.Repeat(piece, times)), "x");

        Assert.True(template.HasErrors);
        Assert.All(template.Messages, m => Assert.True(m.Line > 0 && m.Column > 0));
    }

    [Theory]
    [InlineData("{{ 'a\\")]
    [InlineData("{{ $'a\\")]
    [InlineData("{{ 1 + \"\\")]
    [InlineData("{{ `a")]
    [InlineData("{%{ never closed")]
    [InlineData("{{ ## never closed")]
    public void ATextThatEndsInTheMiddleIsRead(string text) => Assert.NotNull(Template.Parse(text).Messages);

    [Fact]
    public void ATextOfMoreThanAMegabyteIsRefused()
    {
        var template = Template.Parse(new string('x', 1024 * 1024 + 1), "x");

        Assert.Equal("x(1,1048577): error CE3002: the template is longer than 1,048,576 characters; split it into includes", Assert.Single(template.Messages).ToString());
    }

    [Theory]
    [InlineData("\0{{ '\0' }}\0")]
    [InlineData("{{ '\ud800' }}\udc00")]
    [InlineData("\u202Eאבג {{ '👩‍👩‍👧' | string.upcase }}")]
    public void OddCharactersPassThrough(string text)
    {
        Assert.NotNull(Template.Parse(text).Render());
    }

    [Fact]
    public void HalfASurrogatePairInJsonIsAPlacedError()
    {
        var fault = Assert.Throws<TemplateException>(() => Template.Parse("{{ `{\"a" + '\ud800' + "\": 1}` | object.from_json }}", "x").Render());

        Assert.Equal(("CE3101", 1), (fault.Error.Code, fault.Error.Line));
    }

    [Fact]
    public void ACancelledRenderingEnds()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        var fault = Assert.Throws<TemplateException>(() =>
            Template.Parse("{{ for i in 1..50000; end }}").Render(null, new TemplateEnvironment(), cancellation: source.Token));
        Assert.Equal("CE3209", fault.Error.Code);
    }
}
