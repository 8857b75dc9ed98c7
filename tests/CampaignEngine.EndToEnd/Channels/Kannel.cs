using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CampaignEngine.Mail.Tests.Support;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Channels;

/// <summary>
/// Kannel's bearerbox and smsbox with a configuration and ports of their own. The test is the telephone network behind them: it speaks the lines of Kannel's
/// fake SMSC ("sender receiver type text").
/// </summary>
internal sealed class Kannel : IAsyncDisposable
{
    public const string User = "shop";
    public const string Password = "secret";

    private readonly TempDirectory _folder = new("kannel");
    private readonly List<Process> _processes = [];
    private readonly int _bearerPort = ForeignProgram.FreePort();
    private readonly int _networkPort = ForeignProgram.FreePort();
    private readonly ConcurrentQueue<string> _delivered = new();
    private TcpClient? _network;

    public int SendPort { get; } = ForeignProgram.FreePort();

    /// <summary>What reached telephones, as lines of the fake SMSC.</summary>
    public IReadOnlyList<string> Delivered => [.. _delivered];

    /// <param name="inbound">Where what people write back is handed to.</param>
    public async Task StartAsync(string inbound, CancellationToken cancellationToken)
    {
        var (bearerbox, smsbox) = (ForeignProgram.Find("kannel", "/usr/sbin/bearerbox"), ForeignProgram.Find("kannel", "/usr/sbin/smsbox"));
        var configuration = _folder.Write("kannel.conf", string.Create(CultureInfo.InvariantCulture, $"""
            group = core
            admin-port = {ForeignProgram.FreePort()}
            admin-password = admin
            box-allow-ip = "127.0.0.1"
            smsbox-port = {_bearerPort}
            dlr-storage = internal

            group = smsc
            smsc = fake
            smsc-id = network
            port = {_networkPort}
            connect-allow-ip = 127.0.0.1

            group = smsbox
            bearerbox-host = 127.0.0.1
            bearerbox-port = {_bearerPort}
            sendsms-port = {SendPort}
            mo-recode = true

            group = sendsms-user
            username = {User}
            password = {Password}
            max-messages = 10
            concatenation = true

            group = sms-service
            keyword = default
            catch-all = true
            max-messages = 0
            get-url = "{inbound}?token={Password}&id=%I&from=%p&to=%P&text=%a"

            """));
        Run(bearerbox, configuration);
        using var box = await ConnectAsync(_bearerPort, cancellationToken);
        _network = await ConnectAsync(_networkPort, cancellationToken);
        _ = ReadAsync(new StreamReader(_network.GetStream()));
        Run(smsbox, configuration);
        using var send = await ConnectAsync(SendPort, cancellationToken);
    }

    /// <summary>Somebody writes.</summary>
    /// <param name="line">"sender receiver type text" with type text, or ucs2 with UTF-16 percent-encoded.</param>
    public async Task WriteAsync(string line, CancellationToken cancellationToken) =>
        await _network!.GetStream().WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _network?.Dispose();
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _folder.Dispose();
    }

    private void Run(string program, string configuration)
    {
        var process = Process.Start(new ProcessStartInfo(program, ["-v", "4", configuration]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _processes.Add(process);
    }

    private async Task ReadAsync(StreamReader lines)
    {
        try
        {
            while (await lines.ReadLineAsync() is { } line)
            {
                _delivered.Enqueue(line);
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task<TcpClient> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        var client = new TcpClient();
        Assert.True(await Eventually.IsTrueAsync(
            async () =>
            {
                try
                {
                    await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            cancellationToken));
        return client;
    }
}
