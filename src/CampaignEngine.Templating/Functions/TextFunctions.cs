using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CampaignEngine.Templating.Evaluation;

namespace CampaignEngine.Templating.Functions;

/// <summary>The group <c>string</c>. Null stays null where the language says so and counts as empty text elsewhere.</summary>
internal static class TextFunctions
{
#pragma warning disable CA5350, CA5351 // The language names these hashes; templates use them for cache keys and avatar links, not for safety.
    public static readonly IReadOnlyList<Builtin> All =
    [
        new("string.escape", "text:text -> text", a => a.TextOrNull(0) is { } text ? Escape(text) : null),
        new("string.append", "text:text with:text -> text", a => Concat(a, a.Text(0), a.Text(1))),
        new("string.capitalize", "text:text -> text", a => Capitalize(a.Text(0))),
        new("string.capitalizewords", "text:text -> text", a => CapitalizeWords(a.Text(0))),
        new("string.contains", "text:text value:text -> bool", a => a.Text(1).Length > 0 && a.Text(0).Contains(a.Text(1), StringComparison.Ordinal)),
        new("string.empty", "text:text -> bool", a => a.Text(0).Length == 0),
        new("string.whitespace", "text:text -> bool", a => string.IsNullOrWhiteSpace(a.Text(0))),
        new("string.downcase", "text:text -> text", a => a.TextOrNull(0)?.ToLowerInvariant()),
        new("string.ends_with", "text:text value:text -> bool", a => a.Text(1).Length > 0 && a.Text(0).EndsWith(a.Text(1), StringComparison.Ordinal)),
        new("string.equals_ignore_case", "text:text value:text -> bool", a => a[0] is not null && string.Equals(a.TextOrNull(0), a.TextOrNull(1), StringComparison.OrdinalIgnoreCase)),
        new("string.handleize", "text:text -> text", a => Handleize(a.Text(0))),
        new("string.literal", "text:text -> text", a => a.TextOrNull(0) is { } text ? $"\"{Escape(text)}\"" : null),
        new("string.lstrip", "text:text -> text", a => a.TextOrNull(0)?.TrimStart()),
        new("string.pluralize", "number:int singular:text plural:text -> text", a => a.Int(0) == 1 ? a[1] : a[2]),
        new("string.prepend", "text:text by:text -> text", a => Concat(a, a.Text(1), a.Text(0))),
        new("string.remove", "text:text remove:text -> text", a => a.Text(1).Length == 0 ? a[0] : a.TextOrNull(0)?.Replace(a.Text(1), string.Empty, StringComparison.Ordinal)),
        new("string.remove_first", "text:text remove:text -> text", a => a[0] is null ? null : ReplaceOnce(a, a.Text(0), a.Text(1), string.Empty, false)),
        new("string.remove_last", "text:text remove:text -> text", a => a[0] is null ? null : ReplaceOnce(a, a.Text(0), a.Text(1), string.Empty, true)),
        new("string.replace", "text:text match:text replace:text -> text", Replace),
        new("string.replace_first", "text:text match:text replace:text fromEnd:bool=false -> text", a => ReplaceOnce(a, a.Text(0), a.Text(1), a.Text(2), a.Bool(3))),
        new("string.rstrip", "text:text -> text", a => a.TextOrNull(0)?.TrimEnd()),
        new("string.size", "text:text -> int", a => a.Text(0).Length),
        new("string.slice", "text:text start:int length:int? -> text", a => Slice(a.Text(0), a.Int(1), a[2] as int?)),
        new("string.slice1", "text:text start:int length:int=1 -> text", a => Slice1(a.Text(0), a.Int(1), a.Int(2))),
        new("string.split", "text:text match:text -> list", Split),
        new("string.starts_with", "text:text value:text -> bool", a => a.Text(1).Length > 0 && a.Text(0).StartsWith(a.Text(1), StringComparison.Ordinal)),
        new("string.strip", "text:text -> text", a => a.TextOrNull(0)?.Trim()),
        new("string.strip_newlines", "text:text -> text", a => a.Text(0).Replace("\r\n", string.Empty, StringComparison.Ordinal).Replace("\r", string.Empty, StringComparison.Ordinal).Replace("\n", string.Empty, StringComparison.Ordinal)),
        new("string.to_int", "text:text -> int", a => int.TryParse(a.TextOrNull(0), NumberStyles.Integer, a.Run.Culture, out var n) ? n : null),
        new("string.to_long", "text:text -> long", a => long.TryParse(a.TextOrNull(0), NumberStyles.Integer, a.Run.Culture, out var n) ? n : null),
        new("string.to_float", "text:text -> number", a => float.TryParse(a.TextOrNull(0), NumberStyles.Float | NumberStyles.AllowThousands, a.Run.Culture, out var n) ? n : null),
        new("string.to_double", "text:text -> number", a => double.TryParse(a.TextOrNull(0), NumberStyles.Float | NumberStyles.AllowThousands, a.Run.Culture, out var n) ? n : null),
        new("string.truncate", "text:text length:int ellipsis:text? -> text", a => Truncate(a.Text(0), a.Int(1), a.TextOrNull(2) ?? "...")),
        new("string.truncatewords", "text:text count:int ellipsis:text? -> text", a => TruncateWords(a.Text(0), a.Int(1), a.TextOrNull(2) ?? "...")),
        new("string.upcase", "text:text -> text", a => a.TextOrNull(0)?.ToUpperInvariant()),
        new("string.md5", "text:text -> text", a => Hex(Hash(a, MD5.HashData))),
        new("string.sha1", "text:text -> text", a => Hex(Hash(a, SHA1.HashData))),
        new("string.sha256", "text:text -> text", a => Hex(Hash(a, SHA256.HashData))),
        new("string.sha512", "text:text -> text", a => Hex(Hash(a, SHA512.HashData))),
        new("string.hmac_sha1", "text:text secretKey:text -> text", a => Hex(HMACSHA1.HashData(Bytes(a, 1), Bytes(a, 0)))),
        new("string.hmac_sha256", "text:text secretKey:text -> text", a => Hex(HMACSHA256.HashData(Bytes(a, 1), Bytes(a, 0)))),
        new("string.hmac_sha512", "text:text secretKey:text -> text", a => Hex(HMACSHA512.HashData(Bytes(a, 1), Bytes(a, 0)))),
        new("string.pad_left", "text:text width:int -> text", a => a.Text(0).PadLeft(Width(a))),
        new("string.pad_right", "text:text width:int -> text", a => a.Text(0).PadRight(Width(a))),
        new("string.base64_encode", "text:text -> text", a => Convert.ToBase64String(Bytes(a, 0))),
        new("string.base64_decode", "text:text -> text", Base64Decode),
        new("string.index_of", "text:text search:text startIndex:int? count:int? stringComparison:text? -> int", IndexOf),
    ];
#pragma warning restore CA5350, CA5351

    /// <summary>Escapes control characters, quotes and backslashes as a literal of the language writes them.</summary>
    public static string Escape(string text)
    {
        if (text.All(c => c >= ' ' && c is not ('"' or '\\')))
        {
            return text;
        }

        var result = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => result.Append("\\\""),
                '\\' => result.Append(@"\\"),
                '\a' => result.Append(@"\a"),
                '\b' => result.Append(@"\b"),
                '\t' => result.Append(@"\t"),
                '\r' => result.Append(@"\r"),
                '\v' => result.Append(@"\v"),
                '\f' => result.Append(@"\f"),
                '\n' => result.Append(@"\n"),
                < ' ' => result.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => result.Append(c),
            };
        }

        return result.ToString();
    }

    private static string Concat(Arguments a, string first, string second)
    {
        a.Run.CheckText((long)first.Length + second.Length, null);
        return first + second;
    }

    public static string Capitalize(string text) =>
        text.Length == 0 || char.IsUpper(text[0]) ? text : char.ToUpperInvariant(text[0]) + text[1..];

    public static string CapitalizeWords(string text)
    {
        var result = new StringBuilder(text.Length);
        var start = true;
        foreach (var c in text)
        {
            var white = char.IsWhiteSpace(c);
            if (!white && start && char.IsLetter(c))
            {
                result.Append(char.ToUpperInvariant(c));
                start = false;
                continue;
            }

            start |= white;
            result.Append(c);
        }

        return result.ToString();
    }

    private static string Handleize(string text)
    {
        var result = new StringBuilder(text.Length);
        var last = '\0';
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c))
            {
                last = c;
                result.Append(char.ToLowerInvariant(c));
            }
            else if (last != '-')
            {
                last = '-';
                result.Append('-');
            }
        }

        return result.ToString().TrimEnd('-');
    }

    private static string Replace(Arguments a)
    {
        var (text, match, replacement) = (a.Text(0), a.Text(1), a.Text(2));
        if (text.Length == 0)
        {
            return text;
        }

        if (match.Length == 0)
        {
            throw new RenderFault("string.replace needs a text to look for");
        }

        // Counted first: one short match and a long replacement could fill the memory before any limit is seen.
        var count = 0L;
        for (var i = text.IndexOf(match, StringComparison.Ordinal); i >= 0; i = text.IndexOf(match, i + match.Length, StringComparison.Ordinal))
        {
            count++;
        }

        a.Run.CheckText(text.Length + (count * (replacement.Length - match.Length)), null);
        return text.Replace(match, replacement, StringComparison.Ordinal);
    }

    private static string ReplaceOnce(Arguments a, string text, string match, string replacement, bool fromEnd)
    {
        var at = match.Length == 0 || text.Length == 0 ? -1
            : fromEnd ? text.LastIndexOf(match, StringComparison.OrdinalIgnoreCase) : text.IndexOf(match, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return text;
        }

        a.Run.CheckText((long)text.Length + replacement.Length, null);
        return string.Concat(text.AsSpan(0, at), replacement, text.AsSpan(at + match.Length));
    }

    private static string Slice(string text, int start, int? length)
    {
        if (text.Length == 0 || start >= text.Length)
        {
            return string.Empty;
        }

        if (length < 0)
        {
            throw new RenderFault("the length of string.slice cannot be negative", argument: 2);
        }

        return Cut(text, start, length ?? text.Length);
    }

    private static string Slice1(string text, int start, int length) =>
        text.Length == 0 || start > text.Length || length <= 0 ? string.Empty : Cut(text, start, length);

    private static string Cut(string text, int start, long length)
    {
        var from = start < 0 ? (long)start + text.Length : start;
        if (from < 0)
        {
            length += from;
            from = 0;
        }

        length = Math.Min(length, text.Length - from);
        return length <= 0 ? string.Empty : text.Substring((int)from, (int)length);
    }

    private static ScriptList Split(Arguments a)
    {
        var parts = a.Text(0).Length == 0 ? []
            : a.Text(1).Length == 0 ? [a.Text(0)]
            : a.Text(0).Split(a.Text(1), StringSplitOptions.RemoveEmptyEntries);
        var list = new ScriptList(parts.Length) { IsIterator = true };
        foreach (var part in parts)
        {
            list.Add(part);
        }

        return list;
    }

    public static string Truncate(string text, int length, string ellipsis) =>
        text.Length <= length ? text : string.Concat(text.AsSpan(0, Math.Clamp(length - ellipsis.Length, 0, text.Length)), ellipsis);

    private static string TruncateWords(string text, int count, string ellipsis)
    {
        var result = new StringBuilder();
        var words = 0;
        foreach (var word in text.Split([' ', '\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (words == count)
            {
                return result.Append(ellipsis).ToString();
            }

            result.Append(words > 0 ? " " : string.Empty).Append(word);
            words++;
        }

        return result.ToString();
    }

    private static byte[] Bytes(Arguments a, int index) => Encoding.UTF8.GetBytes(a.Text(index));

    private static byte[] Hash(Arguments a, Func<byte[], byte[]> hash) => hash(Bytes(a, 0));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private static int Width(Arguments a)
    {
        if (a.Int(1) < 0)
        {
            throw new RenderFault("a width cannot be negative");
        }

        a.Run.CheckText(a.Int(1), null);
        return a.Int(1);
    }

    private static string Base64Decode(Arguments a)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(a.Text(0)));
        }
        catch (FormatException)
        {
            throw new RenderFault("the text is not base64");
        }
    }

    private static object IndexOf(Arguments a)
    {
        var start = a[2] as int? ?? 0;
        var (text, search) = (a.Required(0, 0), a.Required(1, 1));
        var count = a[3] as int? ?? text.Length - start;
        if (start < 0 || start > text.Length || count < 0 || (long)start + count > text.Length)
        {
            throw new RenderFault("the start or the count of string.index_of lies outside the text", argument: start < 0 || start > text.Length ? 2 : 3);
        }

        if (!Enum.TryParse(a.TextOrNull(4) ?? nameof(StringComparison.Ordinal), out StringComparison comparison))
        {
            throw new RenderFault($"`{a[4]}` is not a comparison; known are {string.Join(", ", Enum.GetNames<StringComparison>())}", argument: 4);
        }

        return text.IndexOf(search, start, count, comparison);
    }
}
