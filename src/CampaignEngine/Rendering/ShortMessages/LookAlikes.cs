using System.Buffers;
using System.Text;

namespace CampaignEngine.Rendering.ShortMessages;

/// <summary>
/// Typographic characters that have a plain sibling in the GSM alphabet, so that one curly quote does not make two segments of four. Only signs are replaced:
/// a letter that GSM lacks belongs to a word or a name and stays, and so does every text of another script.
/// </summary>
public static class LookAlikes
{
    private static readonly (string Characters, string Plain)[] Signs =
    [
        ("\u00AB\u00BB\u201C\u201D\u201E\u201F\u02BA\u02EE\u275D\u275E\u301D\u301E\u301F\u2033", "\""),
        ("\u2018\u2019\u201A\u201B\u2039\u203A\u02B9\u02BB\u02BC\u02BD\u02C8\u02CA\u02CB\u00B4\u0060\u275B\u275C\u2032", "'"),
        ("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u2022\u00B7\u25AA\u25CF", "-"),
        ("\u2026", "..."),
        ("\u00A0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u202F\u205F\u3000\t", " "),
        ("\u2028\u2029\u0085\v", "\n"),
        ("\u00AD\u200B\u200C\u200D\u200E\u200F\u2060\uFE0E\uFE0F\uFEFF", ""),
        ("\u2044\u2215\u29F8\u00F7", "/"),
        ("\u2217\u204E\u2731\u2605\u2606", "*"),
        ("\u00D7", "x"),
        ("\u203C", "!!"),
        ("\u2122", "TM"), ("\u00AE", "(R)"), ("\u00A9", "(C)"),
        ("\u00BC", "1/4"), ("\u00BD", "1/2"), ("\u00BE", "3/4"),
        ("\u2192", "->"), ("\u2190", "<-"),
        ("\u02C6", "^"), ("\u02DC\u223C", "~"), ("\u2223", "|"),
    ];

    // The wide forms of East Asian fonts: U+FF01 to U+FF5E are ASCII from U+0021 on.
    private const char FirstWide = '\uFF01';
    private const char LastWide = '\uFF5E';

    private static readonly Dictionary<char, string> Replacements = Signs
        .SelectMany(s => s.Characters.Select(c => (c, s.Plain))).ToDictionary(p => p.c, p => p.Plain);

    private static readonly SearchValues<char> Known = SearchValues.Create(
        [.. Replacements.Keys, .. Enumerable.Range(FirstWide, LastWide - FirstWide + 1).Select(c => (char)c)]);

    /// <summary>The text with its typographic signs made plain, when that makes it a GSM text; otherwise the text as it is, since nothing would be won.</summary>
    public static string Replace(string text)
    {
        if (GsmAlphabet.Covers(text) || text.AsSpan().IndexOfAny(Known) < 0)
        {
            return text;
        }

        var plain = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (Of(c) is { } sign)
            {
                plain.Append(sign);
            }
            else
            {
                plain.Append(c);
            }
        }

        var replaced = plain.ToString();
        return GsmAlphabet.Covers(replaced) ? replaced : text;
    }

    /// <summary>What a character becomes; null where it stays.</summary>
    internal static string? Of(char c) =>
        Replacements.TryGetValue(c, out var plain) ? plain
        : c is >= FirstWide and <= LastWide && (char)(c - FirstWide + '!') is var ascii ? Replacements.GetValueOrDefault(ascii, ascii.ToString())
        : null;
}
