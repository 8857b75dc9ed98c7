using System.Buffers;

namespace CampaignEngine.Templating.Tests;

public sealed class FuzzTests
{
    /// <summary>Every mutation of a real template ends in output or in a placed message, on both paths.</summary>
    [Fact]
    public void MutatedTemplatesNeverCrash()
    {
        var seeds = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Cases"), "*.txt", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllText).ToArray();
        var environment = new TemplateEnvironment { Include = _ => "{{ x }}" };
        var random = new Random(20260321);
        var rendered = 0;
        for (var i = 0; i < 3000; i++)
        {
            var template = Template.Parse(TemplateMutator.Mutate(seeds, random), "x", random.Next(2) == 0 ? TemplateOptions.Plain : TemplateOptions.HtmlEscaped);
            Assert.All(template.Messages, Placed);
            if (template.HasErrors)
            {
                continue;
            }

            Assert.All(TemplateChecker.Check(template, CompiledTemplateTests.Shape), Placed);
            try
            {
                template.Render(null, environment, TemplateMutator.Limits, TestContext.Current.CancellationToken);
                template.Compile(CompiledTemplateTests.Shape, environment).Render(new ArrayBufferWriter<byte>(), CompiledTemplateTests.Fill(random), TemplateMutator.Limits, TestContext.Current.CancellationToken);
                rendered++;
            }
            catch (TemplateException fault)
            {
                Placed(fault.Error);
            }
        }

        Assert.True(rendered > 200, $"only {rendered} mutations could be rendered: they try nothing");
    }

    private static void Placed(TemplateMessage message) => Assert.True(message.Line > 0 && message.Column > 0, message.ToString());
}
