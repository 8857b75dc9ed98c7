using CampaignEngine.Authoring;
using CampaignEngine.Rendering;
using CampaignEngine.Rendering.Linting;

namespace CampaignEngine.Tests.Rendering;

public sealed class MarkupLintTests
{
    [Theory]
    [InlineData("<img src=\"https://x.test/a.png\" width=\"1\">", "(1,1): warning CE3501: the image has no alternative text, and many readers see no images; add alt=\"...\", or alt=\"\" for a mere ornament")]
    [InlineData("<img src=\"https://x.test/a.png\" alt=\"\">", "(1,1): warning CE3502: the image has no width attribute: Outlook shows it in its full size; add width=\"...\" in pixels")]
    [InlineData("\n<a\n href=\"http://x.test\">a</a>", "(3,8): warning CE3503: the link uses http, which mail programs warn of or block; write 'https:'")]
    [InlineData("{{ link \"http://x.test\" }}", "(1,10): warning CE3503: the link uses http, which mail programs warn of or block; write 'https:'")]
    [InlineData("<a href=\"\">a</a>", "(1,4): warning CE3504: the link leads nowhere; write its address into href, or remove the link")]
    [InlineData("<a href='#'>a</a>", "(1,4): warning CE3504: the link leads nowhere; write its address into href, or remove the link")]
    [InlineData("<a href=\" JavaScript:alert(1)\">a</a>", "(1,10): error CE3505: mail programs block javascript: links; link to a page instead")]
    [InlineData("<img width=\"1\" alt=\"\" src=\"data:image/png;base64,x\">", "(1,28): warning CE3505: Gmail and Outlook do not show data: images; put the picture into templates/images and write src=\"cid:NAME\"")]
    [InlineData("<a href=\"www.x.test/a\">a</a>", "(1,10): warning CE3506: the link 'www.x.test/a' has no scheme, so it leads nowhere from a mail; write 'https://' in front of it")]
    [InlineData("<a href=\"shop.example:8080/a\">a</a>", "(1,10): warning CE3506: the link 'shop.example:8080/a' has no scheme, so it leads nowhere from a mail; write 'https://' in front of it")]
    [InlineData("<a href=\"//x.test\">a</a>", "(1,10): warning CE3506: the link '//x.test' has no scheme, and a mail has none to lend; write 'https:' in front of it")]
    [InlineData("<a href=\"/tea.html\">a</a>", "(1,10): warning CE3507: the link '/tea.html' is relative, and a mail has no page it could be relative to; write the whole address with https://")]
    [InlineData("<a href=\"tea.html\">a</a>", "(1,10): warning CE3507: the link 'tea.html' is relative, and a mail has no page it could be relative to; write the whole address with https://")]
    [InlineData("<a href=\"https://localhost:8080/x\">a</a>", "(1,10): warning CE3508: the link leads to this machine or a private network ('https://localhost:8080/x'), which no reader can reach; write the public address")]
    [InlineData("<p id=\"a\"></p><p id=\"a\"></p>", "(1,22): warning CE3509: the id 'a' stands twice in the message; rename one, or use a class instead")]
    [InlineData("{{ for i in 1..2 }}<p id=\"a\"></p>{{ end }}", "(1,27): warning CE3509: the id 'a' stands in a loop, so the message has it several times; use a class instead")]
    [InlineData("<div><b>x</div>", "(1,6): warning CE3513: <b> is never closed; add </b> where it ends")]
    [InlineData("<div>x{{ if a }}</div>{{ end }}</div>", "(1,32): warning CE3514: </div> closes nothing that is open here; remove it, or open the element before it")]
    [InlineData("x<a href=\"https://x.test", "(1,2): warning CE3515: the tag <a> has no '>', so the rest of the message is taken for its attributes; close it")]
    [InlineData("<table><tr><td>x</table>", "(1,1): info CE3516: a table that only lays out is read out as a table of data; add role=\"presentation\"")]
    [InlineData("<form></form>", "(1,1): warning CE3517: mail programs remove <form> or do not run it; leave it out and link to a page instead")]
    public void FindsWhatReadersStumbleOver(string body, string expected)
    {
        Assert.Equal([$"templates/email/a.sbn-html{expected}"], Lint(body).Where(p => !p.Contains("CE3512", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("<a href=\"{{ customer.x }}\">a</a><a href=\"mailto:a@x.test\">a</a><a href=\"tel:1\">a</a><a href=\"#top\">a</a><a name=\"top\"></a>")]
    [InlineData("<img src=\"cid:logo.png\" alt=\"{{ a }}\" width=\"{{ w }}\"><img {{ if a }}alt=\"x\"{{ end }} src=\"https://x.test/{{ a }}.png\">")]
    [InlineData("{{ if a }}<p id=\"x\">{{ else if b }}<p id=\"x\">{{ else }}<p id=\"x\">{{ end }}</p>")]
    [InlineData("{{ if a }}<div class=\"a\">{{ else }}<div class=\"b\">{{ end }}x</div>")]
    [InlineData("{{ if a }}<div>{{ end }}x{{ if a }}</div>{{ end }}")]
    [InlineData("{{ if a }}<div>{{ else }}<b></b>{{ end }}x{{ if a }}</div>{{ end }}")]
    [InlineData("{{ x = 1; if x }}<b>{{ y = 2; end }}{{ if x; z = 1; end }}</b>")]
    [InlineData("{{ case a }}{{ when 1 }}<b>{{ when 2 }}<b class=\"x\">{{ end }}x</b>")]
    [InlineData("<!--[if mso]><table><tr><td><![endif]-->x<!--[if mso]></td></tr></table><![endif]--><p>a<p>b<br></p>")]
    [InlineData("<table><tr><th>Tea</th></tr></table><table role=\"none\"></table><a href=\"https://x.test:8080\">x</a><a href='https://localhost.example'>y</a>")]
    [InlineData("{{ if a }}<a href=\"https://x.test/{{ a }}\">{{ end }}x{{ if a }}</a>{{ end }}")]
    public void SaysNothingWithoutReason(string body) => Assert.All(Lint(body), p => Assert.Contains("CE3512", p, StringComparison.Ordinal));

    [Fact]
    public void PlacesInPartialsAreTheirOwnAndSaidOnce()
    {
        var content = Content("{{ include 'p.sbn-html' }}{{ include 'p.sbn-html' }}") with { Partials = new Dictionary<string, string> { ["p.sbn-html"] = "\n <a href='x.html'>a</a>" } };

        Assert.Equal(["templates/partials/p.sbn-html(2,11) CE3507"], Problems(content).Where(p => p.Code != "CE3512").Select(p => $"{p.Place} {p.Code}"));
    }

    [Fact]
    public void ThePageNamesItsLanguageAndSigns()
    {
        Assert.Equal(["CE3510", "CE3511"], Problems(Content("<html><head></head><body></body></html>")).Select(p => p.Code));
        Assert.Empty(Problems(Content("<html lang=\"{{ l }}\"><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body></body></html>")));
        Assert.Equal([(Severity.Info, "CE3512")], Problems(Content("<p>x</p>")).Select(p => (p.Severity, p.Code)));
    }

    [Fact]
    public void WarnsOfWhatGmailCutsOff()
    {
        Assert.Contains(Lint($"<p>{new string('茶', 35_000)}</p>"), p => p.Contains("warning CE3520: the HTML has 102.5 KB before", StringComparison.Ordinal));
        Assert.DoesNotContain(Lint($"<p>{new string('x', 104_000)}</p>"), p => p.Contains("CE3520", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Lint(string body) => Problems(Content(body)).Select(p => p.ToString());

    private static IReadOnlyList<Problem> Problems(MailingContent content)
    {
        var problems = new ProblemList();
        MarkupLint.Run(content, problems);
        return problems.Items;
    }

    private static MailingContent Content(string html) => new()
    {
        Campaign = "tea", Marketing = true, Drop = "one", Channel = "email", Sender = "shop", People = "customers", TemplateName = "email/a", Html = html,
    };
}
