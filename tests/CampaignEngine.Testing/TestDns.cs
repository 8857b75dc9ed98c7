using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CampaignEngine.Testing;

/// <summary>A DNS server on loopback that knows some TXT and MX records; over UDP it cuts answers that are longer than 512 bytes.</summary>
public sealed class TestDns : IDisposable
{
    private readonly Socket _udp;
    private readonly TcpListener _tcp;
    private readonly IReadOnlyDictionary<string, string[]> _records;
    private readonly IReadOnlyDictionary<string, string[]> _mailHosts;
    private int _questions;

    /// <param name="records">Texts by lower-case name.</param>
    /// <param name="mailHosts">Hosts of MX records by lower-case name; the first is the least preferred.</param>
    public TestDns(IReadOnlyDictionary<string, string[]> records, IReadOnlyDictionary<string, string[]>? mailHosts = null)
    {
        _records = records;
        _mailHosts = mailHosts ?? new Dictionary<string, string[]>();
        (_udp, _tcp) = Bind();
        _ = Task.Run(ServeUdp);
        _ = Task.Run(ServeTcp);
    }

    /// <summary>How often somebody has asked.</summary>
    public int Questions => Volatile.Read(ref _questions);

    public IPEndPoint EndPoint => (IPEndPoint)_udp.LocalEndPoint!;

    public void Dispose()
    {
        _udp.Dispose();
        _tcp.Dispose();
    }

    private static (Socket Udp, TcpListener Tcp) Bind()
    {
        for (var attempt = 0; ; attempt++)
        {
            var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var tcp = new TcpListener((IPEndPoint)udp.LocalEndPoint!);
            try
            {
                tcp.Start();
                return (udp, tcp);
            }
            catch (SocketException) when (attempt < 20)
            {
                // Somebody has the port for TCP; take another for both.
                udp.Dispose();
            }
        }
    }

    private void ServeUdp()
    {
        var buffer = new byte[2048];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        try
        {
            while (true)
            {
                var length = _udp.ReceiveFrom(buffer, ref from);
                var answer = Answer(buffer.AsSpan(0, length));
                if (answer.Length > 512)
                {
                    answer = answer[..512];
                    answer[2] |= 2;
                }

                _udp.SendTo(answer, from);
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private void ServeTcp()
    {
        try
        {
            while (true)
            {
                using var client = _tcp.AcceptTcpClient();
                using var stream = client.GetStream();
                var head = new byte[2];
                stream.ReadExactly(head);
                var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
                stream.ReadExactly(query);
                var answer = Answer(query);
                BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)answer.Length);
                stream.Write(head);
                stream.Write(answer);
            }
        }
        catch (Exception fault) when (fault is SocketException or IOException or ObjectDisposedException)
        {
            // Disposed, or the client left.
        }
    }

    private byte[] Answer(ReadOnlySpan<byte> query)
    {
        var at = 12;
        var labels = new List<string>();
        while (query[at] != 0)
        {
            labels.Add(Encoding.ASCII.GetString(query.Slice(at + 1, query[at])));
            at += 1 + query[at];
        }

        var question = query[12..(at + 5)];
        Interlocked.Increment(ref _questions);
        var mail = query[at + 2] == 15;
        var known = (mail ? _mailHosts : _records).TryGetValue(string.Join('.', labels), out var texts);
        using var answer = new MemoryStream();
        answer.Write(query[..2]);
        answer.Write([0x81, known ? (byte)0x80 : (byte)0x83, 0, 1, 0, (byte)(texts?.Length ?? 0), 0, 0, 0, 0]);
        answer.Write(question);
        for (var i = 0; mail && i < texts?.Length; i++)
        {
            // A pointer to the question's name, MX, IN, an hour; preference and host, whose last label ends in nothing.
            answer.Write([0xc0, 12, 0, 15, 0, 1, 0, 0, 14, 16, 0, (byte)(texts[i].Split('.').Sum(l => l.Length + 1) + 3), 0, (byte)(100 - i)]);
            foreach (var label in texts[i].Split('.'))
            {
                answer.WriteByte((byte)label.Length);
                answer.Write(Encoding.ASCII.GetBytes(label));
            }

            answer.WriteByte(0);
        }

        foreach (var text in mail ? [] : texts ?? [])
        {
            // A pointer to the question's name, TXT, IN, an hour.
            answer.Write([0xc0, 12, 0, 16, 0, 1, 0, 0, 14, 16]);
            var strings = text.Chunk(255).ToList();
            var length = text.Length + strings.Count;
            answer.Write([(byte)(length >> 8), (byte)length]);
            foreach (var part in strings)
            {
                answer.WriteByte((byte)part.Length);
                answer.Write(Encoding.Latin1.GetBytes(part));
            }
        }

        return answer.ToArray();
    }
}
