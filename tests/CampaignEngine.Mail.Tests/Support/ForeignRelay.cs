using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Testing;

namespace CampaignEngine.Mail.Tests.Support;

/// <summary>
/// A real mail server with a configuration, a queue and a port of its own, which hands everything it takes to one sink. Both are started by root only, who may give their
/// processes other users; a test that cannot have one is skipped.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class ForeignRelay : IAsyncDisposable
{
    private readonly TempDirectory _folder;
    private readonly Func<Task> _stop;

    private ForeignRelay(TempDirectory folder, int port, Func<Task> stop) => (_folder, Port, _stop) = (folder, port, stop);

    public int Port { get; }

    /// <param name="sink">Port on the loopback that everything is handed to.</param>
    public static Task<ForeignRelay> StartAsync(string server, int sink)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, $"{server} can be started by root only.");
        return server == "postfix" ? PostfixAsync(sink) : EximAsync(sink);
    }

    /// <summary>A connection, once the server listens.</summary>
    public async Task<SmtpConnection> ConnectAsync(bool chunking)
    {
        SmtpConnection? connection = null;
        var listens = await Eventually.IsTrueAsync(
            async () =>
            {
                try
                {
                    connection = await SmtpConnection.ConnectAsync(Some.Route(Port) with { UseChunking = chunking }, TimeProvider.System, TestContext.Current.CancellationToken);
                    return true;
                }
                catch (SmtpConnectException)
                {
                    return false;
                }
            },
            TestContext.Current.CancellationToken);
        return listens ? connection! : throw new InvalidOperationException("the relay does not listen");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop();

        // Deliveries outlive their daemon for a moment and still write.
        if (!await Eventually.IsTrueAsync(Removed, CancellationToken.None))
        {
            _folder.Dispose();
        }

        bool Removed()
        {
            try
            {
                _folder.Dispose();
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    private static async Task<ForeignRelay> PostfixAsync(int sink)
    {
        var postfix = ForeignProgram.Find("postfix", "/usr/sbin/postfix");
        var (folder, port) = (new TempDirectory("postfix"), ForeignProgram.FreePort());
        var path = folder.FullName;
        foreach (var part in (string[])["conf", "queue", "data"])
        {
            Directory.CreateDirectory(folder[part]);
        }

        await OwnAsync("postfix", folder["data"]);
        folder.Write("conf/main.cf", string.Create(CultureInfo.InvariantCulture, $"""
            compatibility_level = 3.6
            queue_directory = {path}/queue
            data_directory = {path}/data
            maillog_file = {path}/data/log
            maillog_file_prefixes = {path}
            mail_owner = postfix
            setgid_group = postdrop
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            mynetworks = 127.0.0.0/8
            myhostname = relay.example
            mydestination =
            local_transport = error:none
            relayhost = [127.0.0.1]:{sink}
            disable_dns_lookups = yes
            smtpd_relay_restrictions = permit_mynetworks, reject

            """));
        folder.Write("conf/master.cf", string.Create(CultureInfo.InvariantCulture, $"""
            127.0.0.1:{port} inet n - n - - smtpd
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            proxymap unix - - n - - proxymap
            proxywrite unix - - n - 1 proxymap
            smtp unix - - n - - smtp
            error unix - - n - - error
            retry unix - - n - - error
            anvil unix - - n - 1 anvil
            scache unix - - n - 1 scache
            postlog unix-dgram n - n - 1 postlogd

            """));
        var (code, _, complaints) = await ForeignProgram.RunAsync(postfix, ["-c", folder["conf"], "start"], default);
        Assert.True(code == 0, complaints);
        return new ForeignRelay(folder, port, () => ForeignProgram.RunAsync(postfix, ["-c", folder["conf"], "stop"], default));
    }

    // Debian lets one mail server be installed at a time: CAMPAIGN_EXIM names one that was unpacked elsewhere.
    private static async Task<ForeignRelay> EximAsync(int sink)
    {
        var exim = ForeignProgram.Find("exim4-daemon-light", Environment.GetEnvironmentVariable("CAMPAIGN_EXIM") ?? "/usr/sbin/exim4");
        var (code, _, complaints) = await ForeignProgram.RunAsync(exim, ["-bV"], default);
        Assert.SkipUnless(code == 0, $"exim does not run here: {complaints.Trim()}");
        var (folder, port) = (new TempDirectory("exim"), ForeignProgram.FreePort());
        var path = folder.FullName;
        foreach (var part in (string[])["spool", "log"])
        {
            Directory.CreateDirectory(folder[part]);
        }

        var conf = folder.Write("conf", string.Create(CultureInfo.InvariantCulture, $"""
            exim_path = {exim}
            primary_hostname = relay.example
            spool_directory = {path}/spool
            log_file_path = {path}/log/%slog
            pid_file_path = {path}/spool/pid
            local_interfaces = <; 127.0.0.1
            daemon_smtp_ports = {port}
            notifier_socket =
            tls_advertise_hosts =
            chunking_advertise_hosts = *
            keep_environment =
            queue_only
            smtp_accept_max_per_connection = 0
            queue_run_max = 4
            acl_smtp_rcpt = take
            acl_smtp_data = take
            begin acl
            take:
              accept
            begin routers
            all:
              driver = manualroute
              route_list = * 127.0.0.1
              self = send
              transport = out
            begin transports
            out:
              driver = smtp
              port = {sink}
              allow_localhost
            begin retry
            * * F,1h,1s

            """));
        foreach (var part in (string[])["spool", "log"])
        {
            File.SetUnixFileMode(folder[part], (UnixFileMode)0b111_111_111);
        }

        var process = Process.Start(new ProcessStartInfo(exim, ["-C", conf, "-bdf", "-q1s"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        return new ForeignRelay(folder, port, async () =>
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        });
    }

    private static async Task OwnAsync(string user, string folder)
    {
        var (code, _, complaints) = await ForeignProgram.RunAsync("/usr/bin/chown", [user, folder], default);
        Assert.True(code == 0, complaints);
    }
}
