using System.Text;
using CampaignEngine.Mail.Composing;

namespace CampaignEngine.Mail.Reports;

/// <summary>
/// The fields of a machine-readable report: delivery status (RFC 3464), feedback (RFC 5965), disposition (RFC 8098) all have header-like fields in blocks
/// that blank lines part. Bounded; what is no field is passed over.
/// </summary>
public static class ReportFields
{
    /// <summary>Fields read of one report at most; a report about a hundred recipients has a few hundred.</summary>
    public const int MostFields = 5000;

    private const int LongestValue = 8000;

    /// <param name="text">The decoded part.</param>
    /// <returns>The blocks that have a field, in order.</returns>
    public static List<ReportBlock> Read(string text)
    {
        var blocks = new List<ReportBlock>();
        var fields = new List<MessageHeader>();
        string? name = null;
        var value = new StringBuilder();
        var count = 0;
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            var line = raw.TrimEnd();
            if (count > MostFields)
            {
                break;
            }

            if (line.IsEmpty)
            {
                Keep();
                EndBlock();
            }
            else if (line[0] is ' ' or '\t' && name is not null)
            {
                if (value.Length < LongestValue)
                {
                    value.Append(' ').Append(line.Trim());
                }
            }
            else
            {
                Keep();
                line = line.TrimStart();
                var colon = line.IndexOf(':');
                if (colon > 0 && IsName(line[..colon].TrimEnd()))
                {
                    count++;
                    name = line[..colon].TrimEnd().ToString();
                    value.Append(line[(colon + 1)..].Trim());
                }
            }
        }

        Keep();
        EndBlock();
        return blocks;

        void Keep()
        {
            if (name is not null)
            {
                fields.Add(new MessageHeader(name, value.ToString()));
            }

            name = null;
            value.Clear();
        }

        void EndBlock()
        {
            if (fields.Count > 0)
            {
                blocks.Add(new ReportBlock([.. fields]));
                fields.Clear();
            }
        }
    }

    /// <summary>The address of a field such as <c>rfc822; &lt;a@example.com&gt; (comment)</c>; null when there is none.</summary>
    public static string? Address(string? value)
    {
        if (value is null)
        {
            return null;
        }

        var text = Uncommented(value[(value.IndexOf(';', StringComparison.Ordinal) + 1)..]).Trim();
        if (text.LastIndexOf('<') is var open and >= 0 && text.IndexOf('>', open) is var close && close > open)
        {
            text = text[(open + 1)..close];
        }

        text = text.Trim().Trim('"', '\'', '<', '>').Trim();
        var space = text.IndexOfAny([' ', '\t', ',']);
        text = space < 0 ? text : text[..space];
        return text.Contains('@', StringComparison.Ordinal) && text.Length <= 320 ? text : null;
    }

    /// <summary>Type and text of a field such as <c>smtp; 550 no such user</c>; a value without a type has an empty one.</summary>
    public static (string Type, string Text) Typed(string? value)
    {
        if (value is null)
        {
            return ("", "");
        }

        var semicolon = value.IndexOf(';', StringComparison.Ordinal);
        var type = semicolon < 0 ? "" : value[..semicolon].Trim();
        return type.Length is 0 or > 40 || type.Contains(' ', StringComparison.Ordinal) ? ("", value.Trim()) : (type.ToLowerInvariant(), value[(semicolon + 1)..].Trim());
    }

    /// <summary>What stands in parentheses is a comment (RFC 5322 3.2.2).</summary>
    private static string Uncommented(string text)
    {
        if (!text.Contains('(', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        var depth = 0;
        foreach (var c in text)
        {
            depth += c == '(' ? 1 : 0;
            if (depth == 0)
            {
                result.Append(c);
            }

            depth -= c == ')' && depth > 0 ? 1 : 0;
        }

        return result.ToString();
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return name.Length is > 0 and <= 60;
    }
}

/// <summary>Fields up to a blank line.</summary>
public sealed record ReportBlock(IReadOnlyList<MessageHeader> Fields)
{
    /// <summary>The first field of that name, letter case aside; null when missing.</summary>
    public string? this[string name] => All(name).FirstOrDefault();

    public IEnumerable<string> All(string name) => Fields.Where(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(f => f.Value);
}
