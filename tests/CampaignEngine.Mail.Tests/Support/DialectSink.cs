namespace CampaignEngine.Mail.Tests.Support;

/// <summary>What a server takes for the end of a line.</summary>
internal enum Dialect
{
    /// <summary>CR LF only, as RFC 5321 2.3.8 demands.</summary>
    Strict,
    /// <summary>LF, with or without CR before it.</summary>
    LineFeed,
    /// <summary>CR LF, LF or CR.</summary>
    CarriageReturn,
}

/// <summary>Hears one side of a conversation and counts what a server of its dialect would have understood.</summary>
internal sealed class DialectSink(Dialect dialect)
{
    private readonly List<byte> _line = [];
    private bool _afterReturn;

    /// <summary>Messages that have ended, MAIL and RCPT commands, lines that no client of ours says, and whether a message is under way.</summary>
    public (int Messages, int Senders, int Recipients, int Strange, bool IsInMessage) Heard { get; private set; }

    public bool IsInMessage => Heard.IsInMessage;

    /// <summary>The line that was heard last, when this byte ended one; null otherwise.</summary>
    public string? Hear(byte b)
    {
        var ends = dialect switch
        {
            Dialect.Strict => b == '\n' && _line is [.., (byte)'\r'],
            Dialect.LineFeed => b == '\n',
            _ => b == '\r' || (b == '\n' && !_afterReturn),
        };
        var swallowed = dialect == Dialect.CarriageReturn && b == '\n' && _afterReturn;
        _afterReturn = b == '\r';
        if (!ends)
        {
            if (!swallowed)
            {
                _line.Add(b);
            }

            return null;
        }

        if (dialect != Dialect.CarriageReturn && _line is [.., (byte)'\r'])
        {
            _line.RemoveAt(_line.Count - 1);
        }

        var line = IsInMessage && !(_line is [(byte)'.']) ? "" : System.Text.Encoding.Latin1.GetString([.. _line]);
        _line.Clear();
        Take(line);
        return line;
    }

    private void Take(string line)
    {
        if (IsInMessage)
        {
            if (line == ".")
            {
                Heard = Heard with { Messages = Heard.Messages + 1, IsInMessage = false };
            }

            return;
        }

        Heard = line.Split(' ')[0].ToUpperInvariant() switch
        {
            "MAIL" => Heard with { Senders = Heard.Senders + 1 },
            "RCPT" => Heard with { Recipients = Heard.Recipients + 1 },
            "DATA" => Heard with { IsInMessage = true },
            "EHLO" or "RSET" or "QUIT" => Heard,
            _ => Heard with { Strange = Heard.Strange + 1 },
        };
    }
}
