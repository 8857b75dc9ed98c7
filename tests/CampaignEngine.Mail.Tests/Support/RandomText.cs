using System.Text;

namespace CampaignEngine.Mail.Tests.Support;

/// <summary>Texts that try to be more than a text: line breaks, half characters, things that look encoded, every script.</summary>
internal sealed class RandomText(int seed)
{
    private static readonly string[] Harmless =
    [
        "tea", " ", "  ", "Anna", "=", "?", "=?", "?=", "=?utf-8?Q?x?=", "\"", "\\", "<", ">", ",", ";", ":", "@", ".", "..", "(x)", "_", "%0d%0a",
        "ü", "é", "茶", "烏龍", "чай", "شاي", "🍵", "👩‍👩‍👧", "e\u0301", "\u00a0", "\u200b", "ﬁ", "Bcc: x@example.org", "From ", "--", "=_",
    ];

    private static readonly string[] Hostile = ["\r\n", "\n", "\r", "\0", "\t", "\u0001", "\u007f", "\u0085", "\u2028", "\u2029", "\r\nBcc: x@example.org\r\n", "\r\n.\r\n", "\r\n\r\n"];

    private readonly Random _random = new(seed);

    public int Next(int below) => _random.Next(below);

    /// <summary>May hold anything; <paramref name="hostile"/> says whether it surely is harmless.</summary>
    public string Make(bool hostile)
    {
        var text = new StringBuilder();
        for (var left = _random.Next(1, 12); left > 0; left--)
        {
            text.Append((hostile ? _random.Next(12) : _random.Next(10)) switch
            {
                < 7 => Harmless[_random.Next(Harmless.Length)],
                7 => new string((char)_random.Next('a', 'z' + 1), _random.Next(1, 90)),
                8 => Some(),
                9 => " ",
                10 => Hostile[_random.Next(Hostile.Length)],
                _ => ((char)_random.Next(0xd800, 0xe000)).ToString(),
            });
        }

        return text.ToString();
    }

    private string Some()
    {
        while (true)
        {
            var rune = _random.Next(0xa1, 0x1ffff);
            if (Rune.IsValid(rune) && Rune.GetUnicodeCategory(new Rune(rune)) is not (System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator))
            {
                return new Rune(rune).ToString();
            }
        }
    }
}
