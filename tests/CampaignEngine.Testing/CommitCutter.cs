using System.Net.Sockets;
using Npgsql;

namespace CampaignEngine.Testing;

/// <summary>
/// Stands between a worker and PostgreSQL and cuts the connection at the COMMIT of ticks that grant anything: before the server sees it,
/// or after, so that only the answer is lost. Everything else passes.
/// </summary>
public sealed class CommitCutter : IAsyncDisposable
{
    private readonly TempDirectory _folder = new("cut");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly UnixDomainSocketEndPoint _server;
    private readonly Func<int, bool> _commits;
    private readonly int _most;
    private int _grants;
    private int _cuts;

    /// <param name="connectionString">Of a server with a socket in the file system.</param>
    /// <param name="commits">Whether the server gets the COMMIT, by the number of the cut, counted from 1.</param>
    /// <param name="most">So many cuts, at every second COMMIT from the first on.</param>
    public CommitCutter(string connectionString, Func<int, bool> commits, int most = 1)
    {
        _most = most;
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var name = $".s.PGSQL.{settings.Port}";
        _server = new UnixDomainSocketEndPoint(Path.Combine(settings.Host!, name));
        _commits = commits;
        settings.Host = _folder.FullName;
        ConnectionString = settings.ConnectionString;
        _listener.Bind(new UnixDomainSocketEndPoint(_folder[name]));
        _listener.Listen();
        _ = AcceptAsync();
    }

    public string ConnectionString { get; }

    public int Cuts => Volatile.Read(ref _cuts);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        _folder.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var client = await _listener.AcceptAsync(_stop.Token);
            _ = PassAsync(client);
        }
    }

    private async Task PassAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await server.ConnectAsync(_server, _stop.Token);
        var cut = false;
        var answers = Task.Run(async () =>
        {
            var buffer = new byte[64 * 1024];
            int count;
            while ((count = await server.ReceiveAsync(buffer, _stop.Token)) > 0)
            {
                if (Volatile.Read(ref cut))
                {
                    return;
                }

                await client.SendAsync(buffer.AsMemory(0, count), _stop.Token);
            }
        });
        try
        {
            var buffer = new byte[64 * 1024];
            var granting = false;
            int count;
            while ((count = await client.ReceiveAsync(buffer, _stop.Token)) > 0)
            {
                var said = buffer.AsMemory(0, count);
                granting |= said.Span.IndexOf("INSERT INTO engine.send_grant"u8) >= 0;
                var commit = said.Span.IndexOf("COMMIT\0"u8) >= 0;
                if (granting && commit && Interlocked.Increment(ref _grants) % 2 == 1 && _cuts < _most)
                {
                    var commits = _commits(Interlocked.Increment(ref _cuts));
                    Volatile.Write(ref cut, true);
                    if (commits)
                    {
                        await server.SendAsync(said, _stop.Token);
                    }

                    client.Dispose();

                    // The server's answer is the sign that it has committed; without a COMMIT there is none.
                    await (commits ? answers : Task.CompletedTask);
                    return;
                }

                granting &= !commit;

                await server.SendAsync(said, _stop.Token);
            }
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side hung up, which is what this is for.
        }
        finally
        {
            client.Dispose();
        }
    }
}
