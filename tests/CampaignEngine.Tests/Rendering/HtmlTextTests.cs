using System.Buffers;
using System.Text;
using CampaignEngine.Rendering;

namespace CampaignEngine.Tests.Rendering;

public sealed class HtmlTextTests
{
    [Theory]
    [InlineData("<p>One</p><p>Two &amp; three</p>", "One\n\nTwo & three\n")]
    [InlineData("a<br>b<br/>c", "a\nb\nc\n")]
    [InlineData("<a href='https://x.test/?a=1&amp;b=2'>here</a>.", "here (https://x.test/?a=1&b=2).\n")]
    [InlineData("<a href=\"https://x.test\">https://x.test</a>", "https://x.test\n")]
    [InlineData("<ul><li>one<li>two</ul>", "- one\n- two\n")]
    [InlineData("<head><title>t</title><style>p > b { }</style></head><body>x</body>", "x\n")]
    [InlineData("<div style=\"Display: none\">hidden<div>too</div></div>shown", "shown\n")]
    [InlineData("<img src=x alt=\"A cup\"> of tea", "A cup of tea\n")]
    [InlineData("  many\n   spaces\t here ", "many spaces here\n")]
    [InlineData("a<!-- <p>comment</p> -->b", "ab\n")]
    [InlineData("1 &lt; 2", "1 < 2\n")]
    [InlineData("", "")]
    [InlineData("<", "<\n")]
    [InlineData("<p", "")]
    [InlineData("<a href=\"https://x.test>unclosed", "")]
    [InlineData("<style>never closed", "")]
    public void ReadsLikeThePage(string html, string expected) => Assert.Equal(expected, TextOf(html));

    [Fact]
    public void NeverThrows()
    {
        var random = new Random(11);
        const string signs = "<>/\"'= abpdivstyle!-&;li";
        for (var round = 0; round < 20_000; round++)
        {
            TextOf(new string(Enumerable.Range(0, random.Next(60)).Select(_ => signs[random.Next(signs.Length)]).ToArray()));
        }
    }

    private static string TextOf(string html)
    {
        var output = new ArrayBufferWriter<byte>();
        HtmlText.Write(Encoding.UTF8.GetBytes(html), output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
