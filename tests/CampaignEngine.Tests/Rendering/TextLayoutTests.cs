using System.Buffers;
using System.Text;
using CampaignEngine.Rendering.TextParts;

namespace CampaignEngine.Tests.Rendering;

public sealed class TextLayoutTests
{
    /// <summary>ASCII words are written a line at a time, all others one by one: letters with accents must not change where lines break.</summary>
    [Fact]
    public void LinesBreakAtTheSamePlacesWhateverTheLetters()
    {
        var random = new Random(20260322);
        var marks = new[] { TextMarks.Line, TextMarks.Paragraph, TextMarks.Cell, TextMarks.Bullets, TextMarks.Item, TextMarks.ListEnd, TextMarks.Quote, TextMarks.QuoteEnd, TextMarks.Title };
        for (var round = 0; round < 3_000; round++)
        {
            var text = new StringBuilder();
            for (var words = random.Next(60); words > 0; words--)
            {
                text.Append('a', random.Next(8) == 0 ? random.Next(90) : random.Next(1, 12));
                text.Append(random.Next(12) switch { 0 => "  ", 1 => marks[random.Next(marks.Length)].ToString(), 2 => "\n", _ => " " });
            }

            var marked = text.ToString();
            Assert.Equal(Lines(marked.Replace('a', 'é')).Replace('é', 'a'), Lines(marked));
        }
    }

    private static string Lines(string marked)
    {
        var output = new ArrayBufferWriter<byte>();
        TextLayout.Write(Encoding.UTF8.GetBytes(marked), output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
