using System.Text;

namespace CampaignEngine.Mail.Signing;

/// <summary>Which headers a signature covers, and where they stand in a message.</summary>
internal sealed class SignedHeaders
{
    // Over-signed: named once more than the message has them, so that nobody can add a second one behind the signature (RFC 6376 8.15).
    // Those of lists are covered where they stand, as RFC 8058 4 demands, but may be added by a list that passes the message on.
    private static readonly (byte[] Name, bool Over)[] Covered =
    [
        .. new[]
        {
            ("From", true), ("To", true), ("Cc", true), ("Reply-To", true), ("Subject", true), ("Date", true), ("Message-ID", true), ("MIME-Version", true),
            ("Content-Type", true), ("Content-Transfer-Encoding", true), ("Sender", false), ("List-Unsubscribe", false), ("List-Unsubscribe-Post", false),
            ("List-Id", false), ("Feedback-ID", false),
        }.Select(h => (Encoding.ASCII.GetBytes(h.Item1), h.Item2)),
    ];

    private readonly List<(Range Name, Range Value)> _headers = [];

    /// <summary>Finds the headers of a message; gives where its body begins.</summary>
    public int Read(ReadOnlySpan<byte> message)
    {
        _headers.Clear();
        var at = 0;
        while (at < message.Length)
        {
            if (message[at..].StartsWith("\r\n"u8))
            {
                return at + 2;
            }

            var end = EndOfHeader(message, at);
            var colon = message[at..end].IndexOf((byte)':');
            if (colon > 0)
            {
                _headers.Add((at..(at + colon), (at + colon + 1)..end));
            }

            at = end;
        }

        return message.Length;
    }

    /// <summary>Calls <paramref name="visit"/> for every name of <c>h=</c>, in its order; the last of several headers of a name comes first, an added name has no value.</summary>
    public void Visit<TState>(ReadOnlySpan<byte> message, TState state, Visitor<TState> visit)
        where TState : allows ref struct
    {
        foreach (var (name, over) in Covered)
        {
            for (var i = _headers.Count - 1; i >= 0; i--)
            {
                if (Ascii.EqualsIgnoreCase(message[_headers[i].Name].TrimEnd(" \t"u8), name))
                {
                    visit(state, name, message[_headers[i].Value], present: true);
                }
            }

            if (over)
            {
                visit(state, name, default, present: false);
            }
        }
    }

    public delegate void Visitor<in TState>(TState state, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool present)
        where TState : allows ref struct;

    // One past the line end that no white space follows.
    private static int EndOfHeader(ReadOnlySpan<byte> message, int at)
    {
        while (true)
        {
            var line = message[at..].IndexOf("\r\n"u8);
            if (line < 0)
            {
                return message.Length;
            }

            at += line + 2;
            if (at == message.Length || message[at] is not ((byte)' ' or (byte)'\t'))
            {
                return at;
            }
        }
    }
}
