using System.Buffers;
using System.Globalization;
using System.Text;

namespace CampaignEngine.Mail.Composing;

/// <summary>What may stand in a header, decided before a byte is written.</summary>
internal static class HeaderText
{
    /// <summary>RFC 5322 2.1.1 forbids lines of more than 998 characters; this leaves room for the header's name.</summary>
    private const int LongestWord = 900;

    private const int LongestName = 76;

    private static readonly SearchValues<char> PrintableAscii =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c)]);

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c).Where(c => c != ':')]);

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "From", "To", "Cc", "Bcc", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version",
        "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID",
    };

    public static bool IsPrintableAscii(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(PrintableAscii);

    public static ComposeFaultKind? Check(ReadOnlySpan<char> text)
    {
        if (IsPrintableAscii(text))
        {
            return null;
        }

        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var used) != OperationStatus.Done)
            {
                return ComposeFaultKind.DamagedText;
            }

            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                return ComposeFaultKind.ControlCharacter;
            }

            text = text[used..];
        }

        return null;
    }

    public static ComposeFaultKind? CheckExtra(MessageHeader header)
    {
        if (string.IsNullOrEmpty(header.Name) || header.Name.AsSpan().ContainsAnyExcept(NameCharacters) || header.Name.Length > LongestName)
        {
            return ComposeFaultKind.HeaderName;
        }

        if (Reserved.Contains(header.Name))
        {
            return ComposeFaultKind.ReservedHeader;
        }

        var fault = Check(header.Value);
        if (fault is not null)
        {
            return fault;
        }

        if (!IsPrintableAscii(header.Value) && IsListOfLinks(header.Name))
        {
            return ComposeFaultKind.NotAscii;
        }

        return IsPrintableAscii(header.Value) && HasEndlessWord(header.Value) ? ComposeFaultKind.LineTooLong : null;
    }

    public static bool IsMessageId(string? id)
    {
        if (string.IsNullOrEmpty(id) || id.Length > 250)
        {
            return false;
        }

        var at = id.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at < id.Length - 1 && IsDotAtom(id.AsSpan(0, at)) && IsDotAtom(id.AsSpan(at + 1));
    }

    private static bool IsDotAtom(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !"!#$%&'*+-/=?^_`{|}~.".Contains(c, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return text[0] != '.' && text[^1] != '.' && text.IndexOf("..", StringComparison.Ordinal) < 0;
    }

    /// <summary>RFC 2369 and 8058: the value is a list of links in angle brackets.</summary>
    public static bool IsListOfLinks(string name) => name.StartsWith("List-", StringComparison.OrdinalIgnoreCase);

    public static bool HasEndlessWord(ReadOnlySpan<char> value)
    {
        while (!value.IsEmpty)
        {
            var length = LengthOfNextWord(value);
            if (length > LongestWord)
            {
                return true;
            }

            value = value[length..];
        }

        return false;
    }

    /// <summary>The spaces before a word and the word: a fold in front of them never leaves a blank line.</summary>
    public static int LengthOfNextWord(ReadOnlySpan<char> value)
    {
        var spaces = value.IndexOfAnyExcept(' ');
        var end = spaces < 0 ? -1 : value[spaces..].IndexOf(' ');
        return end < 0 ? value.Length : spaces + end;
    }
}
