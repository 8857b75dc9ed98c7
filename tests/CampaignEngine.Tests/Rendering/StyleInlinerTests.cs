using CampaignEngine.Rendering.Markup;
using CampaignEngine.Rendering.Styles;

namespace CampaignEngine.Tests.Rendering;

public sealed class StyleInlinerTests
{
    [Theory]
    // By specificity, then by order; the author's own attribute last.
    [InlineData("<style>p { color: red } .a { color: blue } p { margin: 0 }</style><p class=\"a\">x</p>", "<p style=\"margin:0;color:blue\" class=\"a\">x</p>")]
    [InlineData("<style>p { color: red; margin: 0 }</style><p style=\"color:green\">x</p>", "<p style=\"margin:0;color:green\">x</p>")]
    [InlineData("<style>#i { color: red } .a.b { color: blue }</style><p id='i' class='b a'>x</p>", "<p style=\"color:red\" id='i' class='b a'>x</p>")]
    [InlineData("<style>div > p { color: red }</style><div><p>x</p></div>", "<div><p style=\"color:red\">x</p></div>")]
    [InlineData("<style>p { margin-left: 1px; margin: 0 }</style><p>x</p>", "<p style=\"margin-left:1px;margin:0\">x</p>")]
    // Importance.
    [InlineData("<style>p { color: red !important } .a { color: blue }</style><p class=\"a\" style=\"color:green\">x</p>", "<p class=\"a\" style=\"color:green;color:red\">x</p>")]
    [InlineData("<style>p { color: red !important }</style><p style=\"color:green !important\">x</p>", "<p style=\"color:green !important\">x</p>")]
    // What an attribute cannot say stays, and goes on to win.
    [InlineData("<style>a { color: red } a:hover { color: blue }</style><a>x</a>", "<style>\na:hover { color: blue !important }\n</style><a style=\"color:red\">x</a>")]
    [InlineData("<style>a, a:hover { color: red }</style><a>x</a>", "<style>\na:hover { color: red !important }\n</style><a style=\"color:red\">x</a>")]
    [InlineData("<style>.p { width: 9px } @media (max-width: 6px) { .p { width: 100%; left: 0 } }</style><p class=\"p\">x</p>",
        "<style>\n@media (max-width: 6px) {\n.p { width: 100% !important; left: 0 }\n}\n</style><p style=\"width:9px\" class=\"p\">x</p>")]
    [InlineData("<style>@media (a) { .p { width: 1px } } .p { width: 9px }</style><p class=\"p\">x</p>",
        "<style>\n@media (a) {\n.p { width: 1px }\n}\n</style><p style=\"width:9px\" class=\"p\">x</p>")]
    [InlineData("<style>.p { width: 9px } @media (a) { .p { width: 1px } }</style><p class=\"p\" style=\"width:2px\">x</p>",
        "<style>\n@media (a) {\n.p { width: 1px }\n}\n</style><p class=\"p\" style=\"width:2px\">x</p>")]
    [InlineData("<style>#outlook a { padding: 0 } p { color: red }</style><p>x</p>", "<style>\n#outlook a { padding: 0 }\n</style><p style=\"color:red\">x</p>")]
    [InlineData("<style>@import url(a.css); @font-face { font-family: A } p { color: red }</style><p>x</p>",
        "<style>\n@import url(a.css);\n@font-face {\nfont-family: A\n}\n</style><p style=\"color:red\">x</p>")]
    // Code stays where it is.
    [InlineData("<style>p { color: red }</style><p style=\"margin:{{ m }}px\">{{ x }}</p>", "<p style=\"color:red;margin:{{ m }}px\">{{ x }}</p>")]
    [InlineData("<style>p { color: red }</style><p style=\"{{ m }}\">{{ x }}</p>", "<p style=\"color:red;{{ m }}\">{{ x }}</p>")]
    [InlineData("<style>p { color: red } td { top: 0 }</style>{{ if a < b }}<p>{{ end }}<table>{{ for i in 1..2 }}<tr><td>1</td></tr>{{ end }}</table>",
        "{{ if a < b }}<p style=\"color:red\">{{ end }}<table>{{ for i in 1..2 }}<tr><td style=\"top:0\">1</td></tr>{{ end }}</table>")]
    [InlineData("<style>.a { color: red } td { top: 0 }</style><p class=\"{{ c }}\">x</p><table><td>",
        "<style>\n.a { color: red }\ntd { top: 0 }\n</style><p class=\"{{ c }}\">x</p><table><td style=\"top:0\">")]
    // Values keep their signs.
    [InlineData("<style>p { font-family: \"A B\", 'C'; content: \"a;b\" /* ; } */ }</style><p style='x:y'>x</p>", "<p style='font-family:\"A B\", &#39;C&#39;;content:\"a;b\";x:y'>x</p>")]
    [InlineData("<style>p { font-family: \"A B\" }</style><p>x</p>", "<p style=\"font-family:'A B'\">x</p>")]
    public void MovesRules(string html, string expected)
    {
        var result = StyleInliner.Run(FlatTemplate.Of("a", html, new Dictionary<string, string>()));

        Assert.Equal(expected, result?.Html ?? html);
    }

    [Theory]
    [InlineData("<p>x</p>")]
    [InlineData("<style data-embed>p { color: red }</style><p>x</p>")]
    [InlineData("<style media=\"print\">p { color: red }</style><p>x</p>")]
    [InlineData("<style>p { color: {{ c | raw }} }</style><p>x</p>")]
    [InlineData("<!--[if mso]><style>p { color: red }</style><![endif]--><p>x</p>")]
    [InlineData("<style>p { color: red")]
    public void LeavesTheRestAlone(string html) => Assert.Null(StyleInliner.Run(FlatTemplate.Of("a", html, new Dictionary<string, string>())));

    [Fact]
    public void ReachesThroughIncludesAndGivesTwoUsesTheirOwnStyles()
    {
        var partials = new Dictionary<string, string>
        {
            ["head.sbn-html"] = "<style>.dark b { color: white } b { top: 0 }</style><body class=\"{{ $1 }}\">",
            ["word.sbn-html"] = "<b>{{ $1 }}</b>",
        };
        var result = StyleInliner.Run(FlatTemplate.Of("a", "{{ include 'head.sbn-html' 'x' }}{{ include 'word.sbn-html' 1 }}<p class=\"dark\">{{~ include('word.sbn-html', 2) }}</p>{{ include 'word.sbn-html' 3 }}", partials));

        Assert.Equal("{{ include 'head.sbn-html' 'x' }}{{ include 'word.sbn-html' 1 }}<p class=\"dark\">{{~ include('word~2.sbn-html', 2) }}</p>{{ include 'word.sbn-html' 3 }}", result!.Value.Html);
        Assert.Equal("<b style=\"top:0\">{{ $1 }}</b>", result.Value.Partials["word.sbn-html"]);
        Assert.Equal("<b style=\"top:0;color:white\">{{ $1 }}</b>", result.Value.Partials["word~2.sbn-html"]);
    }

    [Fact]
    public void TwoRunsGiveTheSameAndNothingThrows()
    {
        var random = new Random(5);
        string[] pieces = ["<style>", "</style>", "p{color:red}", "@media x{", "}", "{", "<p class=a", ">", "</p>", "\"", "'", "{{ x }}", "{{ if a }}", "{{ end }}", "style=", "<table><tr><td>", "<!--", "-->", "a:hover{x:y}", "/*", ";", "!important"];
        for (var round = 0; round < 5_000; round++)
        {
            var html = string.Concat(Enumerable.Range(0, random.Next(14)).Select(_ => pieces[random.Next(pieces.Length)]));
            var first = StyleInliner.Run(FlatTemplate.Of("a", html, new Dictionary<string, string>()));
            var second = StyleInliner.Run(FlatTemplate.Of("a", html, new Dictionary<string, string>()));

            Assert.Equal(first?.Html, second?.Html);
        }
    }
}
