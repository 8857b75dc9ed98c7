namespace CampaignEngine.Mail.Receiving;

/// <summary>How far the end of a message has been found.</summary>
internal enum ScanState
{
    More,
    Complete,
    BareLineFeed,
    BareCarriageReturn,
    LineTooLong,
}

/// <summary>
/// Finds the one true end of a message in a growing buffer and takes the dot-stuffing out in place. Everything that other servers take
/// for a line end is a fault here, because two opinions about where a message ends are how messages are smuggled.
/// </summary>
internal struct MessageScanner(int start, int longestLine)
{
    /// <summary>First byte of the message in the buffer.</summary>
    public int Start { get; private set; } = start;

    /// <summary>First byte not looked at yet.</summary>
    public int Next { get; private set; } = start;

    /// <summary>One past the last byte of the message without stuffing; never beyond <see cref="Next"/>.</summary>
    public int End { get; private set; } = start;

    public readonly int Length => End - Start;

    public ScanState Scan(Span<byte> buffer)
    {
        while (true)
        {
            var rest = buffer[Next..];
            var at = rest.IndexOfAny((byte)'\r', (byte)'\n');
            if (at < 0)
            {
                return rest.Length > longestLine + 1 ? ScanState.LineTooLong : ScanState.More;
            }

            if (rest[at] == '\n')
            {
                return ScanState.BareLineFeed;
            }

            if (at + 1 == rest.Length)
            {
                return ScanState.More;
            }

            if (rest[at + 1] != '\n')
            {
                return ScanState.BareCarriageReturn;
            }

            var dot = at > 0 && rest[0] == '.' ? 1 : 0;
            if (dot == 1 && at == 1)
            {
                Next += 3;
                return ScanState.Complete;
            }

            if (at - dot > longestLine)
            {
                return ScanState.LineTooLong;
            }

            var line = rest[dot..(at + 2)];
            if (Next + dot != End)
            {
                line.CopyTo(buffer[End..]);
            }

            End += line.Length;
            Next += at + 2;
        }
    }

    /// <summary>Forgets what was found so far of a message that is too large; the search for its end goes on.</summary>
    public void Discard() => End = Start;

    /// <summary>The buffer was moved: everything now starts at 0, and the unread part follows the message.</summary>
    public void Rebase()
    {
        End -= Start;
        Next = End;
        Start = 0;
    }
}
