using System.Buffers;
using System.Text;
using CampaignEngine.Rendering.Markup;
using CampaignEngine.Rendering.TextParts;
using CampaignEngine.Templating;

namespace CampaignEngine.Tests.Rendering;

public sealed class TextPartTests
{
    [Theory]
    [InlineData("<h1>Spring {{ name }}</h1><p>Hello</p>", "Spring Mei\n==========\n\nHello\n")]
    [InlineData("<p>{{ if show }}yes{{ end }}</p><p>A{{ if !show }} not{{ end }}</p>", "yes\n\nA\n")]
    [InlineData("<p>a</p>{{ if !show }}<p>never</p>{{ end }}<p>b</p>", "a\n\nb\n")]
    [InlineData("<ul>{{ for i in 1..3 }}<li>tea {{ i }}</li>{{ end }}</ul>x", "- tea 1\n- tea 2\n- tea 3\n\nx\n")]
    [InlineData("<ol>{{ for i in 1..2 }}<li>{{ i }}<ul><li>deep</ul>{{ end }}</ol>", "1. 1\n  - deep\n2. 2\n  - deep\n")]
    [InlineData("<table><tr><th>Tea</th><th>Price</th></tr>{{ for i in 1..2 }}<tr><td>T{{ i }}</td><td>{{ i }}.00</td></tr>{{ end }}</table>", "Tea | Price\nT1 | 1.00\nT2 | 2.00\n")]
    [InlineData("<table role=\"presentation\"><tr><td>one</td><td>two</td></tr></table>", "one\ntwo\n")]
    [InlineData("<a href=\"https://x.test/a?b=1&amp;c=2\">Go</a>", "Go (https://x.test/a?b=1&c=2)\n")]
    [InlineData("<a href=\"{{ url }}\">Leave</a>", "Leave (https://x.test/u/1)\n")]
    [InlineData("<a href=\"https://x.test/?q={{ name }} {{ name }}\">Q</a>", "Q (https://x.test/?q=Mei Mei)\n")]
    [InlineData("<a href='mailto:a@x.test'>a@x.test</a> <a href='tel:+1'>call</a> <a href='#top'>up</a>", "a@x.test call (+1) up\n")]
    [InlineData("<a href='https://x.test/'><img src='x.png' alt='The {{ name }} tin'></a>", "The Mei tin (https://x.test/)\n")]
    [InlineData("<p title=\"{{ name }}\" {{ if show }}class=\"x\"{{ end }}>5 &lt; 6 &#x4F60;&#22909;&nbsp;&copy;</p>", "5 < 6 你好 ©\n")]
    [InlineData("<div style=\"display:none\">{{ if show }}hidden{{ end }}{{ name }}</div>{{ x = 1 }}seen {{ x }}", "seen 1\n")]
    [InlineData("<blockquote>Best tea</blockquote>said", "> Best tea\n\nsaid\n")]
    [InlineData("<pre>a  b\n  c</pre>d", "a  b\n  c\n\nd\n")]
    [InlineData("{{ include 'p.sbn-html' }} and {{ include 'p.sbn-html' }}", "Part (https://x.test/p) and Part (https://x.test/p)\n")]
    [InlineData("{{ '{{' }} &#123;&#123; x }}", "{{ {{ x }}\n")]
    [InlineData("春茶已經收成，{{ name }}，歡迎品嚐。", "春茶已經收成，Mei，歡迎品嚐。\n")]
    [InlineData("👩‍💻 zero&shy;width&#8203;", "👩‍💻 zerowidth\n")]
    public void ReadsLikeTheMessage(string html, string expected)
    {
        var text = TextPart.OfTemplate(FlatTemplate.Of("a", html, Partials));

        Assert.NotNull(text);
        Assert.Equal(expected, Render(text.Value.Text, text.Value.Partials));
    }

    [Theory]
    [InlineData("{{ name | raw }}")]
    [InlineData("{{ name | html.newline_to_br }}")]
    [InlineData("{{ include name }}")]
    [InlineData("{{ include 'p.sbn-html' | string.upcase }}")]
    [InlineData("<p {{ x = 1; if show }}class=a>{{ end }}x</p>")]
    public void LeavesToTheMessageWhatOnlyItsValuesTell(string html) => Assert.Null(TextPart.OfTemplate(FlatTemplate.Of("a", html, Partials)));

    [Fact]
    public void BreaksLinesBetweenWordsOnlyAndAlignsListItems()
    {
        var address = "https://x.test/" + new string('a', 90);
        var text = Set($"- {string.Concat(Enumerable.Repeat("word ", 20))}\u0002{address} {new string('茶', 50)} 茶\u0004\u000E{string.Concat(Enumerable.Repeat("item ", 20))}\u0006");

        Assert.Equal(
            $"- {string.Join(' ', Enumerable.Repeat("word", 15))}\n{string.Join(' ', Enumerable.Repeat("word", 5))}\n\n{address}\n{new string('茶', 50)}\n茶\n\n"
            + $"- {string.Join(' ', Enumerable.Repeat("item", 15))}\n  {string.Join(' ', Enumerable.Repeat("item", 5))}\n", text);
    }

    [Fact]
    public void AnyBytesAreSetWithoutFault()
    {
        var random = new Random(3);
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = new byte[random.Next(80)];
            random.NextBytes(bytes);
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = random.Next(3) == 0 ? (byte)random.Next(0x20) : bytes[i];
            }

            TextLayout.Write(bytes, new ArrayBufferWriter<byte>());
        }
    }

    private static readonly Dictionary<string, string> Partials = new() { ["p.sbn-html"] = "<a href=\"https://x.test/p\">Part</a>" };

    private static string Render(string text, IReadOnlyDictionary<string, string> partials)
    {
        var environment = new TemplateEnvironment { Include = partials.GetValueOrDefault }.Add("link", (string url) => url);
        return Set(Template.Parse(text).Render(new Dictionary<string, object?> { ["name"] = "Mei", ["show"] = true, ["url"] = "https://x.test/u/1" }, environment));
    }

    private static string Set(string marked)
    {
        var output = new ArrayBufferWriter<byte>();
        TextLayout.Write(Encoding.UTF8.GetBytes(marked), output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
