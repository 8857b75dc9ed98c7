using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CampaignEngine.Benchmarks.Sending;

/// <summary>
/// Takes mail as fast as the machine can and forgets it: one blocking thread a connection, a vectorised search for the end of the text. postfix's
/// smtp-sink reads byte by byte and hides everything beyond its own speed. Offers STARTTLS with a certificate made at its start.
/// </summary>
internal sealed class FastSink
{
    private const int BufferSize = 1 << 18;

    // The longest that may still be wanted of what was searched: the terminator less one byte.
    private const int TerminatorLength = 5;

    private readonly X509Certificate2 _certificate = MakeCertificate();
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
            using var plain = new NetworkStream(socket, ownsSocket: true);
            plain.Write("220 sink ESMTP\r\n"u8);
            if (Converse(plain, secured: false))
            {
                using var secured = new SslStream(plain);
                secured.AuthenticateAsServer(_certificate);
                Converse(secured, secured: true);
            }
        }
        catch (IOException)
        {
            // The other side went away.
        }
    }

    /// <returns>Whether the client asked for TLS; false when it is done.</returns>
    private bool Converse(Stream stream, bool secured)
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

                var verb = inText ? default : Verb(rest[0]);
                var answer = inText ? "250 2.0.0 Ok\r\n"u8 : Answer(verb, secured);
                answer.CopyTo(reply.AsSpan(replied));
                replied += answer.Length;
                if (inText)
                {
                    Interlocked.Increment(ref _messages);
                }
                else if (verb is 'q' or 's')
                {
                    stream.Write(reply.AsSpan(0, replied));
                    return verb == 's';
                }

                start += at + (inText ? TerminatorLength : 1);
                inText = verb == 'd';
                if (replied > reply.Length - 256)
                {
                    stream.Write(reply.AsSpan(0, replied));
                    replied = 0;
                }
            }

            if (replied > 0)
            {
                stream.Write(reply.AsSpan(0, replied));
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

            var got = stream.Read(buffer.AsSpan(end));
            if (got == 0)
            {
                return false;
            }

            end += got;
        }
    }

    private static char Verb(byte first) => (char)(first | 0x20);

    private static ReadOnlySpan<byte> Answer(char verb, bool secured) => verb switch
    {
        'e' or 'h' when secured => "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"u8,
        'e' or 'h' => "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-STARTTLS\r\n250 SMTPUTF8\r\n"u8,
        's' => "220 2.0.0 Go ahead\r\n"u8,
        'd' => "354 End data with <CR><LF>.<CR><LF>\r\n"u8,
        'q' => "221 2.0.0 Bye\r\n"u8,
        _ => "250 2.1.0 Ok\r\n"u8,
    };

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=sink", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
