using System.Text;
using CampaignEngine.Templating;

namespace CampaignEngine.Templating.Tests;

public sealed class FuzzTests
{
    private static readonly string[] s_pieces =
    [
        "{{", "}}", "-}}", "{%{", "(", ")", "[", "]", "{", "}", "$\"", "'", "\"", "`", "|", "??", "?.", "..", "@", "^", "do ", "end ", "if ", "else ", "for x in ", "case ", "when ",
        "func f ", "ret ", "with ", "wrap ", "capture x ", "=", "++", "-", "*", "<<", "#", "\n", ";", ":", ",", "0x", "1e", "99999999999", "null", "this", "\0", "\ud800", "\\", "\\u", "<a href=\"", "<script>",
    ];

    /// <summary>Every mutation of a real template ends in output or in a placed message.</summary>
    [Fact]
    public void MutatedTemplatesNeverCrash()
    {
        var seeds = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Cases"), "*.txt", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllText).ToArray();
        var limits = new RenderLimits { Steps = 20_000, OutputBytes = 100_000, StringLength = 20_000, LoopIterations = 2_000, RangeSize = 2_000 };
        var random = new Random(20260321);
        for (var i = 0; i < 3000; i++)
        {
            var text = Mutate(new StringBuilder(seeds[random.Next(seeds.Length)]), seeds, random);
            var template = Template.Parse(text, "x", random.Next(2) == 0 ? TemplateOptions.Plain : TemplateOptions.HtmlEscaped);
            Assert.All(template.Messages, m => Assert.True(m.Line > 0 && m.Column > 0));
            if (template.HasErrors)
            {
                continue;
            }

            TemplateChecker.Check(template, CompiledTemplateTests.Shape);
            try
            {
                template.Render(null, new TemplateEnvironment { Include = _ => "{{ x }}" }, limits, TestContext.Current.CancellationToken);
            }
            catch (TemplateException fault)
            {
                Assert.True(fault.Error.Line > 0 && fault.Error.Column > 0);
            }
        }
    }

    private static string Mutate(StringBuilder text, string[] seeds, Random random)
    {
        for (var k = random.Next(1, 6); k > 0; k--)
        {
            var at = random.Next(text.Length + 1);
            switch (random.Next(3))
            {
                case 0:
                    text.Insert(at, s_pieces[random.Next(s_pieces.Length)]);
                    break;
                case 1 when at < text.Length:
                    text.Remove(at, Math.Min(random.Next(1, 20), text.Length - at));
                    break;
                default:
                    var other = seeds[random.Next(seeds.Length)];
                    var from = random.Next(other.Length);
                    text.Insert(at, other.AsSpan(from, Math.Min(random.Next(40), other.Length - from)));
                    break;
            }
        }

        return text.ToString();
    }
}
