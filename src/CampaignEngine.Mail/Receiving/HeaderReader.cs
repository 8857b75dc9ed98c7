using System.Text;
using CampaignEngine.Mail.Composing;

namespace CampaignEngine.Mail.Receiving;

/// <summary>Header blocks as they come, damage included: lines that are no header are passed over.</summary>
internal static class HeaderReader
{
    /// <param name="most">Headers kept at most.</param>
    /// <param name="decode">Encoded words become text.</param>
    /// <param name="body">Where the body begins.</param>
    /// <param name="complete">Set to false by a limit or damage; never to true.</param>
    public static List<MessageHeader> Read(ReadOnlySpan<byte> entity, int most, bool decode, out int body, ref bool complete)
    {
        var headers = new List<MessageHeader>();
        var name = "";
        var value = new StringBuilder();
        var tooMany = false;
        body = 0;
        while (body < entity.Length)
        {
            var line = NextLine(entity, ref body);
            if (line.IsEmpty)
            {
                break;
            }

            if (line[0] is (byte)' ' or (byte)'\t')
            {
                value.Append(Text(line));
                continue;
            }

            Keep();
            var colon = line.IndexOf((byte)':');
            if (colon <= 0)
            {
                complete = false;
                continue;
            }

            name = Text(line[..colon]).Trim();
            value.Append(Text(line[(colon + 1)..]));
        }

        Keep();
        complete &= !tooMany;
        return headers;

        void Keep()
        {
            if (name.Length > 0)
            {
                tooMany |= headers.Count == most;
                if (!tooMany)
                {
                    var text = value.ToString().Trim(' ', '\t');
                    headers.Add(new MessageHeader(name, decode ? EncodedWordReader.Decode(text) : text));
                }
            }

            name = "";
            value.Clear();
        }
    }

    /// <summary>The next line without its end; <paramref name="at"/> moves behind it.</summary>
    public static ReadOnlySpan<byte> NextLine(ReadOnlySpan<byte> text, ref int at)
    {
        var rest = text[at..];
        var end = rest.IndexOf((byte)'\n');
        at += end < 0 ? rest.Length : end + 1;
        var line = end < 0 ? rest : rest[..end];
        return line.TrimEnd((byte)'\r');
    }

    /// <summary>The first header of that name, letter case aside; null when missing.</summary>
    public static string? Find(IReadOnlyList<MessageHeader> headers, string name)
    {
        foreach (var header in headers)
        {
            if (header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return header.Value;
            }
        }

        return null;
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
