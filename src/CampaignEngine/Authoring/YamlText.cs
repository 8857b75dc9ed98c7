using System.Globalization;
using System.Text;

namespace CampaignEngine.Authoring;

/// <summary>Bytes of an authored file → text that is safe to scan, or one clear problem for each kind of fault.</summary>
internal static class YamlText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>The text without byte order mark and with LF line ends; null when the file cannot be scanned.</returns>
    public static string? Decode(string file, ReadOnlySpan<byte> bytes, YamlLimits limits, ProblemList problems)
    {
        var start = new Place(file, 1, 1);
        if (bytes.Length > limits.Bytes)
        {
            problems.Error(start, "CE1001", string.Create(CultureInfo.InvariantCulture,
                $"the file has more than {limits.Bytes:N0} bytes, which is all that is read; move data into the customer database and texts into templates/"));
            return null;
        }

        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            problems.Error(start, "CE1003", "the file is UTF-16; save it as UTF-8");
            return null;
        }

        if (bytes is [0xEF, 0xBB, 0xBF, ..])
        {
            problems.Warning(start, "CE1014", "the file starts with a byte order mark, which is skipped; save it as UTF-8 without one");
            bytes = bytes[3..];
        }

        if (Text(file, bytes, problems) is not { } text)
        {
            return null;
        }

        if (text.Contains("\r\n", StringComparison.Ordinal))
        {
            problems.Warning(start, "CE1015", "lines end with CR LF, so the same plan gets another hash on another machine; save the file with LF line ends");
            text = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        }

        return Scan(file, text, limits, problems) ? text : null;
    }

    private static string? Text(string file, ReadOnlySpan<byte> bytes, ProblemList problems)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException fault)
        {
            var before = bytes[..Math.Max(0, fault.Index)];
            var line = before.Count((byte)'\n') + 1;
            var column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
            var shown = string.Join(' ', (fault.BytesUnknown ?? []).Select(b => b.ToString("X2", CultureInfo.InvariantCulture)));
            problems.Error(new Place(file, line, column), "CE1003", $"the bytes {shown} are not UTF-8; save the file as UTF-8");
            return null;
        }
    }

    // The first fault of each kind is reported; a file full of tabs is one mistake, not a thousand.
    private static bool Scan(string file, string text, YamlLimits limits, ProblemList problems)
    {
        var (line, lineStart) = (1, 0);
        var (tab, control, length) = (false, false, false);
        var indenting = true;
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : '\n';
            if (c == '\n')
            {
                if (i - lineStart > limits.LineLength && !length)
                {
                    length = true;
                    problems.Error(new Place(file, line, 1), "CE1002", string.Create(CultureInfo.InvariantCulture,
                        $"the line has {i - lineStart:N0} characters; at most {limits.LineLength:N0} are read. Break it with '>-' or move it into a template"));
                }

                (line, lineStart, indenting) = (line + 1, i + 1, true);
                continue;
            }

            var place = new Place(file, line, i - lineStart + 1);
            if (c == '\t' && indenting && !tab)
            {
                tab = true;
                problems.Error(place, "CE1005", "a tab indents this line; YAML is indented with spaces");
            }
            else if (c != '\t' && IsForbidden(c) && !control)
            {
                control = true;
                problems.Error(place, "CE1004", $"the character {Name(c)} may not stand in this file; remove it{(c is >= '\u2028' ? ", or write it as an escape in double quotes" : "")}");
            }

            indenting &= c is ' ' or '\t';
        }

        return !(tab || control || length);
    }

    // Controls, further line separators (they would shift every line number) and the marks that make text read otherwise than it runs.
    private static bool IsForbidden(char c) =>
        char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    private static string Name(char c) => c switch
    {
        '\0' => "NUL",
        '\r' => "CR without LF",
        _ => string.Create(CultureInfo.InvariantCulture, $"U+{(int)c:X4}"),
    };
}
