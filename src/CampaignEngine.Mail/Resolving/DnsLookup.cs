using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace CampaignEngine.Mail.Resolving;

/// <summary>How a lookup ended.</summary>
public enum DnsState
{
    /// <summary>At least one record.</summary>
    Found,
    /// <summary>A server says that there is none.</summary>
    None,
    /// <summary>No server answered, or none could.</summary>
    NoAnswer,
}

/// <summary>The TXT records, or the mail hosts, of one name.</summary>
/// <param name="State">For decisions.</param>
/// <param name="Records">One text a record, its strings joined; of MX records the host.</param>
/// <param name="Fault">Why there is no answer; null otherwise.</param>
public sealed record DnsAnswer(DnsState State, IReadOnlyList<string> Records, string? Fault = null);

/// <summary>Asks DNS servers for TXT and MX records, which the base library cannot: UDP first, TCP for long answers (RFC 1035, 6891).</summary>
/// <param name="servers">Asked one after the other until one answers.</param>
/// <param name="timeout">For each try at each server.</param>
public sealed class DnsLookup(IReadOnlyList<IPEndPoint> servers, TimeSpan timeout, TimeProvider time)
{
    private const int Tries = 2;

    /// <summary>The servers this machine uses.</summary>
    public static IReadOnlyList<IPEndPoint> SystemServers() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(i => i.GetIPProperties().DnsAddresses)
            .Distinct()
            .Select(a => new IPEndPoint(a, 53)),
    ];

    /// <param name="name">Labels of letters, digits, dashes and underscores, joined by dots.</param>
    public Task<DnsAnswer> FindAsync(string name, CancellationToken cancellationToken) => FindAsync(name, DnsMessage.Txt, DnsMessage.Read, cancellationToken);

    /// <summary>The hosts that take mail for a domain, in lower case, the preferred ones first.</summary>
    /// <param name="domain">In its ASCII form.</param>
    public Task<DnsAnswer> FindMailHostsAsync(string domain, CancellationToken cancellationToken) => FindAsync(domain, DnsMessage.Mx, DnsMessage.ReadMailHosts, cancellationToken);

    private delegate DnsAnswer Reading(ReadOnlySpan<byte> answer);

    private async Task<DnsAnswer> FindAsync(string name, ushort type, Reading read, CancellationToken cancellationToken)
    {
        var query = DnsMessage.Query(name, (ushort)RandomNumberGenerator.GetInt32(0x10000), type);
        var last = servers.Count == 0 ? "this machine names no DNS server" : "";
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            foreach (var server in servers)
            {
                try
                {
                    var answer = await AskAsync(server, query, read, cancellationToken);
                    if (answer.State != DnsState.NoAnswer)
                    {
                        return answer;
                    }

                    last = $"{server}: {answer.Fault}";
                }
                catch (Exception fault) when (fault is SocketException or IOException)
                {
                    last = $"{server}: {fault.Message}";
                }
                catch (OperationCanceledException)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    last = $"{server}: no answer within {timeout.TotalSeconds:0.#} s";
                }
            }
        }

        return new DnsAnswer(DnsState.NoAnswer, [], last);
    }

    private async Task<DnsAnswer> AskAsync(IPEndPoint server, byte[] query, Reading read, CancellationToken cancellationToken)
    {
        using var clock = new CancellationTokenSource(timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, both.Token);
        await socket.SendAsync(query, both.Token);
        var buffer = new byte[DnsMessage.LargestDatagram];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, both.Token);
            if (!DnsMessage.Answers(query, buffer.AsSpan(0, length)))
            {
                // Somebody else's answer, or a forged one: the true one may still come.
                continue;
            }

            return DnsMessage.IsTruncated(buffer) ? await AskByTcpAsync(server, query, read, both.Token) : read(buffer.AsSpan(0, length));
        }
    }

    private static async Task<DnsAnswer> AskByTcpAsync(IPEndPoint server, byte[] query, Reading read, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancellationToken);
        await using var stream = new NetworkStream(socket);
        var framed = new byte[query.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed, 2);
        await stream.WriteAsync(framed, cancellationToken);
        var head = new byte[2];
        await stream.ReadExactlyAsync(head, cancellationToken);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
        await stream.ReadExactlyAsync(answer, cancellationToken);
        return DnsMessage.Answers(query, answer)
            ? read(answer)
            : new DnsAnswer(DnsState.NoAnswer, [], "the answer is not to our question");
    }
}
