using System.Globalization;
using System.Text.Json;
using CampaignEngine.Rendering.ShortMessages;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Rendering.ShortMessages;

public sealed class ShortMessageTests
{
    [Fact]
    public void PublishedExamplesHaveTheirEncodingAndSegments()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("sms-phone/sms-segments.json")));
        var wrong = new List<string>();
        foreach (var example in file.RootElement.EnumerateArray().Where(e => e.GetProperty("agreed").GetBoolean()))
        {
            var text = example.GetProperty("message").GetString()!;
            var size = ShortMessage.Measure(text);
            var encoding = size.Encoding == ShortMessageEncoding.Gsm7 ? "GSM-7" : "UCS-2";
            if (encoding != example.GetProperty("encoding").GetString() || size.Segments != example.GetProperty("segments").GetInt32())
            {
                wrong.Add($"{example.GetProperty("description")}: {encoding} {size.Segments}");
            }

            if (example.TryGetProperty("part_contents", out var parts))
            {
                Assert.Equal(parts.EnumerateArray().Select(p => p.GetString()!), ShortMessage.Split(text));
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void TheAlphabetIsThePublishedOne()
    {
        foreach (var line in File.ReadLines(SharedData.Require("sms-phone/GSM0338.TXT")).Where(l => l.StartsWith("0x", StringComparison.Ordinal)))
        {
            var columns = line.Split('\t');
            var character = (char)int.Parse(columns[1][2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            // 0x09 is the cedilla that networks disagree about; 0x1B is the escape itself, mapped to a space for want of a better.
            if (columns[0] is not ("0x09" or "0x1B"))
            {
                Assert.True(GsmAlphabet.Septets(character) == (columns[0].Length == 6 ? 2 : 1), line);
            }
        }
    }

    [Theory]
    [InlineData('a', 1, 160, 1)]
    [InlineData('a', 1, 161, 2)]
    [InlineData('a', 1, 306, 2)]
    [InlineData('a', 1, 307, 3)]
    [InlineData('€', 2, 80, 1)]
    [InlineData('€', 2, 81, 2)]
    [InlineData('€', 2, 152, 2)]
    [InlineData('€', 2, 153, 3)]
    [InlineData('茶', 1, 70, 1)]
    [InlineData('茶', 1, 71, 2)]
    [InlineData('茶', 1, 134, 2)]
    [InlineData('茶', 1, 135, 3)]
    public void SegmentsHold160And153Or70And67(char character, int units, int count, int segments)
    {
        var size = ShortMessage.Measure(new string(character, count));

        Assert.Equal((units * count, segments), (size.Units, size.Segments));
    }

    [Fact]
    public void NoEscapeAndNoSurrogatePairIsCut()
    {
        // One unit off the boundary, so that the pair would lie across it.
        var euro = ShortMessage.Split(new string('a', 152) + "€" + new string('b', 50));
        var smile = ShortMessage.Split(new string('茶', 66) + "😜" + new string('茶', 30));

        Assert.Equal([152, 51], euro.Select(p => p.Length));
        Assert.StartsWith("€", euro[1], StringComparison.Ordinal);
        Assert.Equal([66, 32], smile.Select(p => p.Length));
        Assert.StartsWith("😜", smile[1], StringComparison.Ordinal);
    }

    [Fact]
    public void RandomTextsKeepTheirCharactersAndEverySegmentItsRoom()
    {
        var random = new Random(7);
        string[] characters = ["a", "é", "€", "{", "\n", "茶", "😜", "ç", "’"];
        for (var round = 0; round < 5000; round++)
        {
            var known = random.Next(3) == 0 ? characters.Length : 5;
            var text = string.Concat(Enumerable.Range(0, random.Next(400)).Select(_ => characters[random.Next(known)]));
            var size = ShortMessage.Measure(text);
            var parts = ShortMessage.Split(text);

            Assert.Equal(text, string.Concat(parts));
            Assert.Equal(size.Segments, parts.Count);
            Assert.All(parts, part =>
            {
                Assert.False(part.Length > 0 && char.IsLowSurrogate(part[0]));
                var units = size.Encoding == ShortMessageEncoding.Ucs2 ? part.Length : part.Sum(GsmAlphabet.Septets);
                Assert.InRange(units, 0, (size.Encoding, parts.Count) switch { (ShortMessageEncoding.Gsm7, 1) => 160, (ShortMessageEncoding.Gsm7, _) => 153, (_, 1) => 70, _ => 67 });
            });
        }
    }

    [Fact]
    public void TypographicSignsBecomePlainOnes()
    {
        Assert.Equal("\"Tea\" - it's 50% off... 1/2 price!", LookAlikes.Replace("“Tea” – it’s 50% off… ½ price！"));
    }

    [Theory]
    [InlineData("plain ASCII `stays`? no: 'stays'")]
    [InlineData("Frühling für Zoë’s naïve Ægir")]
    [InlineData("春茶“買一送一”")]
    public void LettersAndOtherScriptsStay(string text)
    {
        var replaced = LookAlikes.Replace(text);

        Assert.True(replaced == text || GsmAlphabet.Covers(replaced));
        Assert.Equal(text.Where(char.IsLetter), replaced.Where(char.IsLetter));
    }

    [Fact]
    public void WhereAPublishedTableReplacesASignSoDoesThisOneAndAlike()
    {
        var (same, other) = (0, new List<string>());
        foreach (var line in File.ReadLines(SharedData.Require("sms-phone/smart-encoding.csv")).Skip(1).Where(l => l.StartsWith("U+", StringComparison.Ordinal)))
        {
            var character = (char)int.Parse(line[2..6], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var published = line[(line.IndexOf(',', 7) + 1)..].Trim()[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal);
            if (LookAlikes.Of(character) is { } own)
            {
                if (own.Trim() == published.Trim())
                {
                    same++;
                }
                else
                {
                    other.Add(line);
                }
            }
        }

        // The single guillemets point the wrong way there, and the line separators are line ends here.
        Assert.True(other.Count <= 8, string.Join('\n', other));
        Assert.InRange(same, 130, 270);
    }
}
