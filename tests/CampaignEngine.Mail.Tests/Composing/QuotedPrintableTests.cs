using System.Buffers;
using System.Text;
using CampaignEngine.Mail.Composing;

namespace CampaignEngine.Mail.Tests.Composing;

public sealed class QuotedPrintableTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a=b", "a=3Db")]
    [InlineData("é", "=C3=A9")]
    [InlineData("one\ntwo\r\nthree\rfour", "one\r\ntwo\r\nthree\r\nfour")]
    [InlineData("end \nnext  \n", "end=20\r\nnext =20\r\n")]
    [InlineData("end ", "end=20")]
    [InlineData("tab\t\n", "tab=09\r\n")]
    [InlineData(".", "=2E")]
    [InlineData("a\n.\n..b\n", "a\r\n=2E\r\n=2E.b\r\n")]
    [InlineData("From me\nFrom: you", "=46rom me\r\nFrom: you")]
    [InlineData("\0\u0001\u007f", "=00=01=7F")]
    [InlineData("", "")]
    public void TheTextIsEncodedAsExpected(string text, string expected) => Assert.Equal(expected, Encode(text));

    [Fact]
    public void ADotAfterASoftBreakIsEncodedToo()
    {
        var encoded = Encode(new string('x', 75) + ".com");
        Assert.Equal(new string('x', 75) + "=\r\n=2Ecom", encoded);
    }

    [Fact]
    public void AnEncodedCharacterIsNeverSplit()
    {
        for (var lead = 70; lead < 78; lead++)
        {
            foreach (var line in Encode(new string('x', lead) + "ééé").Split("\r\n"))
            {
                Assert.InRange(line.Length, 0, 76);
                Assert.DoesNotMatch("=[0-9A-F]?$", line.EndsWith('=') ? line[..^1] : line);
            }
        }
    }

    private static string Encode(string text)
    {
        var output = new ArrayBufferWriter<byte>();
        QuotedPrintable.Encode(Encoding.UTF8.GetBytes(text), output);
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }
}
