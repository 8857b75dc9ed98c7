using CampaignEngine.Templating;

namespace CampaignEngine.Templating.Tests;

public sealed class HtmlEscapingTests
{
    private static string Render(string text, object? value) =>
        Template.Parse(text, "x.sbn-html", TemplateOptions.HtmlEscaped).Render(new Dictionary<string, object?> { ["x"] = value }, include: _ => "<i>{{ x }}</i>");

    [Theory]
    [InlineData("<p>{{ x }}</p>", "<b>\"&'", "<p>&lt;b&gt;&quot;&amp;&#39;</p>")]
    [InlineData("<p title=\"{{ x }}\">", "a\" onclick=\"b", "<p title=\"a&quot; onclick=&quot;b\">")]
    [InlineData("<p title='{{ x }}'>", "a'b", "<p title='a&#39;b'>")]
    [InlineData("<a href=\"{{ x }}\">", "https://a.b/c d?e=f&g", "<a href=\"https://a.b/c%20d?e=f&amp;g\">")]
    [InlineData("<a href=\"{{ x }}\">", "/relative", "<a href=\"/relative\">")]
    [InlineData("<a href=\"https://a.b/?q={{ x }}\">", "a&b=c d", "<a href=\"https://a.b/?q=a%26b%3Dc%20d\">")]
    [InlineData("<a href=\"https://a.b/{{ x }}\">", "\"><b>", "<a href=\"https://a.b/%22%3E%3Cb%3E\">")]
    [InlineData("<a href=\"{{ 'java' }}{{ x }}\">", "script:alert(1)", "<a href=\"javascript%3Aalert(1)\">")]
    [InlineData("<td style=\"color: {{ x }}\">", "#ff0000", "<td style=\"color: #ff0000\">")]
    [InlineData("<!-- {{ x }} -->", "--><script>", "<!-- &#45;&#45;&gt;&lt;script&gt; -->")]
    [InlineData("<!--[if mso]><b>{{ x }}</b><![endif]-->", "<", "<!--[if mso]><b>&lt;</b><![endif]-->")]
    [InlineData("{{ x | raw }}", "<b>", "<b>")]
    [InlineData("{{ x | html.escape }}", "<b>", "&lt;b&gt;")]
    [InlineData("{{ x | html.newline_to_br }}", "a<\nb", "a&lt;<br />\nb")]
    [InlineData("{{ capture c }}<b>{{ x }}</b>{{ end }}{{ c }}", "<", "<b>&lt;</b>")]
    [InlineData("{{ capture c }}<b>{{ x }}</b>{{ end }}<p title=\"{{ c }}\">", "<", "<p title=\"&lt;b&gt;&lt;&lt;/b&gt;\">")]
    [InlineData("{{ include 'i' }}", "<", "<i>&lt;</i>")]
    [InlineData("<script>{{ x | raw }}</script>", "1", "<script>1</script>")]
    [InlineData("{{ func f }}<b>{{ $0 }}</b>{{ end }}{{ f x }}", "<", "<b>&lt;</b>")]
    public void AValueIsEscapedForItsPlace(string text, string value, string expected) => Assert.Equal(expected, Render(text, value));

    [Theory]
    [InlineData("<a href=\"{{ x }}\">", "javascript:alert(1)")]
    [InlineData("<a href=\"{{ x }}\">", " JaVaScRiPt:alert(1)")]
    [InlineData("<a href=\"{{ x }}\">", "java\tscript:alert(1)")]
    [InlineData("<img src='{{ x }}'>", "data:text/html,x")]
    [InlineData("<td style=\"color: {{ x }}\">", "red; background: url(x)")]
    [InlineData("{{ func f }}{{ $0 }}{{ end }}<a href=\"{{ f x }}\">", "javascript:alert(1)")]
    public void AValueThatCannotBeSafeEndsTheRendering(string text, string value)
    {
        var fault = Assert.Throws<TemplateException>(() => Render(text, value));

        Assert.Equal("CE3102", fault.Error.Code);
    }

    [Theory]
    [InlineData("<a href={{ x }}>", "x.sbn-html(1,12): error CE3301: a value cannot be made safe in an attribute without quotes; put quotes around the attribute")]
    [InlineData("<script>var a = {{ x }};</script>", "x.sbn-html(1,20): error CE3301: a value cannot be made safe inside <script>; move it out, or add `| raw` when the value is yours and safe there")]
    [InlineData("<style>a { color: {{ x }} }</style>", "x.sbn-html(1,22): error CE3301: a value cannot be made safe inside <style>; move it out, or add `| raw` when the value is yours and safe there")]
    [InlineData("<p onclick=\"{{ x }}\">", "x.sbn-html(1,16): error CE3301: a value cannot be made safe in a script attribute; move it out, or add `| raw` when the value is yours and safe there")]
    [InlineData("<p {{ x }}>", "x.sbn-html(1,7): error CE3301: a value cannot be made safe inside a tag; move it out, or add `| raw` when the value is yours and safe there")]
    [InlineData("<p title=\"{{ if x }}a\"{{ end }}>", "x.sbn-html(1,14): error CE3302: the ways through this block end in different places of the HTML (inside a tag and in an attribute value); keep tags and quotes whole in each way")]
    [InlineData("<p title=\"x", "x.sbn-html(1,12): error CE3303: the template ends in an attribute value; close it")]
    public void APlaceThatCannotBeSafeIsRefusedWhenParsed(string text, string expected)
    {
        var template = Template.Parse(text, "x.sbn-html", TemplateOptions.HtmlEscaped);

        Assert.Equal(expected, template.Messages[0].ToString());
    }

    [Fact]
    public void PlainTemplatesAreNotEscaped() => Assert.Equal("<b>", Template.Parse("{{ '<b>' }}", "x.sbn-txt").Render());
}
