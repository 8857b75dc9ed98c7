using CampaignEngine.Authoring;
using CampaignEngine.Rendering.Markdown;
using CampaignEngine.Templating;

namespace CampaignEngine.Tests.Rendering;

public sealed class MarkdownTemplateTests
{
    [Theory]
    [InlineData("# Hi {{ name }}\n\n**{{ name }}** and [this]({{ url }}?a=_b_ \"t\")", "<h1>Hi {{ name }}</h1>\n<p><strong>{{ name }}</strong> and <a href=\"{{ url }}?a=_b_\" title=\"t\">this</a></p>\n")]
    [InlineData("{{ a = [\"*x*\", '_y_'] | array.first }}\n\nx", "{{ a = [\"*x*\", '_y_'] | array.first }}\n<p>x</p>\n")]
    [InlineData("a\n\n{{ if x > 1 }}\nb\n{{ else }}\nc\n{{ end }}", "<p>a</p>\n{{ if x > 1 }}\n<p>b</p>\n{{ else }}\n<p>c</p>\n{{ end }}")]
    [InlineData("{{ for t in teas }}\n- {{ t }}\n{{ end }}", "<ul>\n{{ for t in teas }}<li>{{ t }}</li>{{ end }}\n</ul>\n")]
    [InlineData("- one\n{{ for t in teas }}\n{{ if t }}\n- {{ t }}\n{{ else }}\n- none\n{{ end }}\n{{ end }}\n- last",
        "<ul>\n<li>one</li>\n{{ for t in teas }}{{ if t }}<li>{{ t }}</li>\n{{ else }}<li>none</li>{{ end }}{{ end }}\n<li>last</li>\n</ul>\n")]
    [InlineData("| Tea | Price |\n|---|--:|\n{{ for t in teas }}\n| {{ t }} | 1 |\n{{ end }}",
        "<table>\n<thead>\n<tr>\n<th>Tea</th>\n<th style=\"text-align: right;\">Price</th>\n</tr>\n</thead>\n<tbody>\n{{ for t in teas }}<tr>\n<td>{{ t }}</td>\n<td style=\"text-align: right;\">1</td>\n</tr>{{ end }}\n</tbody>\n</table>\n")]
    [InlineData("`{{ name }}` {{ \"}}\" }}", "<p><code>{{ name }}</code> {{ \"}}\" }}</p>\n")]
    public void KeepsCodeWhereMarkdownPutsIt(string markdown, string expected)
    {
        var (html, _) = MarkdownTemplate.Convert(markdown, 0);

        Assert.Equal(expected.TrimEnd(), html.TrimEnd());
        Assert.False(Template.Parse(html, "a.sbn-html", TemplateOptions.HtmlEscaped).HasErrors);
    }

    [Fact]
    public void StandsInItsLayoutAndKnowsItsPlaces()
    {
        var problems = new ProblemList();

        var template = MarkdownTemplate.Read("templates/email/a.sbn-md", "---\nlayout: plain\n---\nHello\n\n**dear** {{ customer.nme }}\n", l => l == "plain" ? "<body>{{~ content ~}}</body>" : null, problems)!;

        Assert.Empty(problems.Items);
        Assert.Equal("<body>{{~ include 'a.sbn-md.sbn-html' ~}}</body>", template.Html);
        var body = template.Partials["a.sbn-md.sbn-html"];
        Assert.Equal("<p>Hello</p>\n<p><strong>dear</strong> {{ customer.nme }}</p>\n", body);
        Assert.Equal("templates/email/a.sbn-md(6,13)", template.Origins["a.sbn-md.sbn-html"].PlaceOf(2, body.Split('\n')[1].IndexOf("customer", StringComparison.Ordinal) + 1).ToString());
    }

    [Theory]
    [InlineData("x", "", "templates/email/a.sbn-md(1,1): error CE3007: there is no layout templates/partials/layout.sbn-html; make it, with '{{ content }}' where the words go, or name another between '---' lines at the top: 'layout: NAME'")]
    [InlineData("---\nlayout: ../x\n---\n", "", "templates/email/a.sbn-md(1,1): error CE3007: there is no layout templates/partials/../x.sbn-html; make it, with '{{ content }}' where the words go, or name another between '---' lines at the top: 'layout: NAME'")]
    [InlineData("---\ntitle: x\n---\n", "{{ content }}", "templates/email/a.sbn-md(2,1): error CE3007: 'title: x' is no setting of a Markdown template; the only one is 'layout: NAME'")]
    [InlineData("x", "<body></body>", "templates/partials/layout.sbn-html(1,1): error CE3008: a layout needs '{{ content }}' exactly once, where the words of Markdown templates go")]
    public void FaultsSayWhatToDo(string source, string layout, string expected)
    {
        var problems = new ProblemList();

        MarkdownTemplate.Read("templates/email/a.sbn-md", source, l => layout.Length > 0 && l == "layout" ? layout : null, problems);

        Assert.Equal(expected, problems.Items[0].ToString());
    }

    [Fact]
    public void AnyTextIsTurnedWithEachPieceOfCodeOnce()
    {
        var random = new Random(9);
        string[] parts = ["{{ a }}", "{{ if a }}", "{{ end }}", "{{ else }}", "{{ for t in x }}", "\n", "\n\n", "- ", "| a | b |", "|---|---|", "1. ", "> ", "`", "**", "[x](", ")", "    ", "<b>", "zq", "{%{ a }%}", "# "];
        for (var round = 0; round < 5_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => parts[random.Next(parts.Length)]));
            var (html, pieces) = MarkdownTemplate.Convert(text, 0);

            Assert.Equal(text.Split("{{ a }}").Length, html.Split("{{ a }}").Length);
            Assert.All(pieces, p => Assert.Equal(text[p.Source..(p.Source + p.Length)], html[p.Made..(p.Made + p.Length)]));
        }
    }
}
