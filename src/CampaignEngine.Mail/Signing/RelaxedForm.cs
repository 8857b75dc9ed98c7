using System.Buffers;

namespace CampaignEngine.Mail.Signing;

/// <summary>The relaxed forms of RFC 6376 3.4: what stays the same when servers on the way refold headers and strip white space.</summary>
internal static class RelaxedForm
{
    private static readonly SearchValues<byte> WhiteSpace = SearchValues.Create(" \t"u8);

    /// <summary>3.4.2: the name in lower case, the value unfolded, runs of white space as one space, none at the ends.</summary>
    public static void WriteHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        var to = output.GetSpan(name.Length + value.Length + 3);
        System.Text.Ascii.ToLower(name.TrimEnd(" \t"u8), to, out var at);
        to[at++] = (byte)':';
        var start = at;
        foreach (var b in value)
        {
            if (b is (byte)'\r' or (byte)'\n')
            {
                continue;
            }

            if (b is not ((byte)' ' or (byte)'\t'))
            {
                to[at++] = b;
            }
            else if (at > start && to[at - 1] != ' ')
            {
                to[at++] = (byte)' ';
            }
        }

        at -= at > start && to[at - 1] == ' ' ? 1 : 0;
        output.Advance(at);
    }

    /// <summary>3.4.4: as for headers line by line, and no empty lines at the end. The body's lines end in CRLF.</summary>
    public static void WriteBody(ReadOnlySpan<byte> body, ArrayBufferWriter<byte> output)
    {
        var empty = 0;
        while (!body.IsEmpty)
        {
            var end = body.IndexOf("\r\n"u8);
            var line = (end < 0 ? body : body[..end]).TrimEnd(" \t"u8);
            body = end < 0 ? default : body[(end + 2)..];
            if (line.IsEmpty)
            {
                empty++;
                continue;
            }

            for (; empty > 0; empty--)
            {
                output.Write("\r\n"u8);
            }

            WriteLine(line, output);
        }
    }

    private static void WriteLine(ReadOnlySpan<byte> line, ArrayBufferWriter<byte> output)
    {
        var to = output.GetSpan(line.Length + 2);
        var at = 0;
        while (!line.IsEmpty)
        {
            var word = line.IndexOfAny(WhiteSpace);
            word = word < 0 ? line.Length : word;
            line[..word].CopyTo(to[at..]);
            at += word;
            line = line[word..];
            if (!line.IsEmpty)
            {
                to[at++] = (byte)' ';
                line = line.TrimStart(" \t"u8);
            }
        }

        to[at++] = (byte)'\r';
        to[at++] = (byte)'\n';
        output.Advance(at);
    }
}
