using System.Net;
using System.Net.Sockets;

namespace CampaignEngine.Benchmarks.Sending;

/// <summary>
/// Takes mail as fast as the machine can and forgets it: one blocking thread a connection, a vectorised search for the end of the text. postfix's
/// smtp-sink reads byte by byte and hides everything beyond its own speed.
/// </summary>
internal sealed class FastSink
{
    private const int BufferSize = 1 << 18;

    // The longest that may still be wanted of what was searched: the terminator less one byte.
    private const int TerminatorLength = 5;

    private long _messages;

    public long Messages => Interlocked.Read(ref _messages);

    /// <summary>Serves until the process ends.</summary>
    public void Run(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start(512);
        while (true)
        {
            var socket = listener.AcceptSocket();
            socket.NoDelay = true;
            new Thread(() => Serve(socket), maxStackSize: 256 * 1024) { IsBackground = true }.Start();
        }
    }

    private void Serve(Socket socket)
    {
        try
        {
            using (socket)
            {
                socket.Send("220 sink ESMTP\r\n"u8);
                Converse(socket);
            }
        }
        catch (SocketException)
        {
            // The other side went away.
        }
    }

    private void Converse(Socket socket)
    {
        var buffer = new byte[BufferSize];
        var reply = new byte[8192];
        var (start, end, replied, inText) = (0, 0, 0, false);
        while (true)
        {
            while (start < end)
            {
                var rest = buffer.AsSpan(start, end - start);
                var at = inText ? rest.IndexOf("\r\n.\r\n"u8) : rest.IndexOf((byte)'\n');
                if (at < 0)
                {
                    start = inText ? Math.Max(start, end - TerminatorLength + 1) : start;
                    break;
                }

                var answer = inText ? "250 2.0.0 Ok\r\n"u8 : Answer(rest[0]);
                answer.CopyTo(reply.AsSpan(replied));
                replied += answer.Length;
                if (inText)
                {
                    Interlocked.Increment(ref _messages);
                }
                else if (Verb(rest[0]) == 'q')
                {
                    socket.Send(reply.AsSpan(0, replied));
                    return;
                }

                start += at + (inText ? TerminatorLength : 1);
                inText = !inText && Verb(rest[0]) == 'd';
                if (replied > reply.Length - 256)
                {
                    socket.Send(reply.AsSpan(0, replied));
                    replied = 0;
                }
            }

            if (replied > 0)
            {
                socket.Send(reply.AsSpan(0, replied));
                replied = 0;
            }

            if (start == end)
            {
                start = end = 0;
            }
            else if (end > buffer.Length - 65536)
            {
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                (start, end) = (0, end - start);
            }

            var got = socket.Receive(buffer.AsSpan(end));
            if (got == 0)
            {
                return;
            }

            end += got;
        }
    }

    private static char Verb(byte first) => (char)(first | 0x20);

    private static ReadOnlySpan<byte> Answer(byte first) => Verb(first) switch
    {
        'e' or 'h' => "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"u8,
        'd' => "354 End data with <CR><LF>.<CR><LF>\r\n"u8,
        'q' => "221 2.0.0 Bye\r\n"u8,
        _ => "250 2.1.0 Ok\r\n"u8,
    };
}
