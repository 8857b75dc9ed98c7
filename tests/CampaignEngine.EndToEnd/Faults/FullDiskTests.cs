using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.EndToEnd.Dispatching;
using CampaignEngine.Testing;
using Npgsql;

namespace CampaignEngine.EndToEnd.Faults;

/// <summary>A workspace on a file system of 160 MB that is really full. Mounting one needs root.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FullDiskTests : IAsyncLifetime
{
    private readonly TempDirectory _parent = new("fd");
    private bool _mounted;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Disk => _parent["d"];

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Disk);
        _mounted = Environment.UserName == "root" && OperatingSystem.IsLinux() && await RunAsync("mount", "-t", "tmpfs", "-o", "size=160m,mode=755", "tmpfs", Disk);
    }

    public async ValueTask DisposeAsync()
    {
        if (_mounted)
        {
            await RunAsync("umount", "-l", Disk);
        }

        _parent.Dispose();
    }

    [Fact]
    public async Task ImportPlanAndLaunchNameTheDiskLoseNothingAndWorkAgain()
    {
        Assert.SkipUnless(_mounted, "a small file system can be mounted by root on Linux only");
        await using var sink = new Sink(new ReceiverScript());
        await using var shop = await Shop.CreateAsync(Path.Combine(Disk, "s"), sink.Port);
        await shop.FillAsync(3000);
        var file = _parent.Write("c.csv", "customer_no,first_name,email,country\n" + string.Concat(Enumerable.Range(1, 200_000).Select(n => $"N{n},Ann Elizabeth Victoria,new{n}@example.com,JP\n")));
        await shop.RunAsync("db", "stop");
        await shop.RunAsync("db", "start");

        // The file's rows need more than is left.
        Fill(24);
        Shop.AssertOneLine(await shop.RunAsync("import", file, "--map", "imports/customers.yaml"), "disk", "full", "ake room", "nothing was imported");
        MakeRoom();
        Assert.Equal(0, (await shop.RunAsync("db", "start")).ExitCode);
        Assert.Equal(3000, await shop.ScalarAsync<long>("SELECT count(*) FROM crm.customers"));

        Fill(0);
        Shop.AssertOneLine(await shop.RunAsync("plan", Shop.Campaign), "disk", "full", "make room");
        MakeRoom();
        Assert.Equal(0, await shop.ScalarAsync<long>("SELECT count(*) FROM engine.plan"));
        var hash = await shop.PlanAsync();

        Fill(0);
        Shop.AssertOneLine(await shop.RunAsync("launch", Shop.Campaign, "--plan", hash), "disk", "full", "make room");
        MakeRoom();
        Assert.Equal(0, (await shop.RunAsync("db", "start")).ExitCode);
        Assert.Equal(0, await shop.ScalarAsync<long>("SELECT count(*) FROM engine.mailing"));
        Assert.Equal(0, (await shop.RunAsync("launch", Shop.Campaign, "--plan", hash)).ExitCode);
    }

    [Fact]
    public async Task AWorkerOutlivesAFullDiskAndSendsTheRestOnce()
    {
        Assert.SkipUnless(_mounted, "a small file system can be mounted by root on Linux only");
        const int People = 2000;
        var reached = new TaskCompletionSource();
        var filled = new TaskCompletionSource();
        var count = 0;
        await using var sink = new Sink(new ReceiverScript().On(ReceiverMoment.Mail, _ =>
        {
            if (Interlocked.Increment(ref count) == 60)
            {
                reached.TrySetResult();
                filled.Task.Wait(TimeSpan.FromSeconds(60), Cancel);
            }

            return null;
        }));
        await using var shop = await Shop.CreateAsync(Path.Combine(Disk, "w"), sink.Port);
        await shop.FillAsync(People);
        await shop.LaunchAsync();

        using var worker = shop.Start("worker", "--until-idle");
        await Task.WhenAny(reached.Task, Task.Delay(TimeSpan.FromSeconds(60), Cancel));
        Assert.True(reached.Task.IsCompleted, "the worker should have begun");
        Fill(0);
        filled.SetResult();
        var line = await worker.ReadErrorsUntilAsync("the database was lost", Cancel);
        MakeRoom();
        var result = await worker.FinishAsync(Cancel);

        Assert.Contains("its disk is full; make room there, and sending goes on by itself", line, StringComparison.Ordinal);
        Assert.True(result.ExitCode == 0, line + result.Errors);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
        Assert.Empty(sink.Twice);
        Assert.Equal(People, sink.Stored.Count);
        await shop.AssertSentAsync(People);
    }

    [Fact]
    public async Task AWorkerOutlivesAServerThatPanicsBecauseItsLogCannotGrowAndSendsTheRestOnce()
    {
        Assert.SkipUnless(_mounted, "a small file system can be mounted by root on Linux only");
        const int People = 400;
        var reached = new TaskCompletionSource();
        var panicked = new TaskCompletionSource();
        var count = 0;
        await using var sink = new Sink(new ReceiverScript().On(ReceiverMoment.Mail, _ =>
        {
            if (Interlocked.Increment(ref count) == 60)
            {
                reached.TrySetResult();
                panicked.Task.Wait(TimeSpan.FromSeconds(60), Cancel);
            }

            return null;
        }));
        await using var shop = await Shop.CreateAsync(_parent["p"], sink.Port);

        // Only the write-ahead log lies on the small disk.
        await shop.RunAsync("db", "stop");
        var log = Path.Combine(shop.Folder, ".campaign/pg/data/pg_wal");
        Assert.True(await RunAsync("cp", "-a", log, Path.Combine(Disk, "wal")) && await RunAsync("rm", "-r", log) && await RunAsync("ln", "-s", Path.Combine(Disk, "wal"), log));
        Assert.Equal(0, (await shop.RunAsync("db", "start")).ExitCode);
        await shop.FillAsync(People);
        await shop.LaunchAsync();

        using var worker = shop.Start("worker", "--until-idle");
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        Fill(0);
        await PanicAsync(shop);
        panicked.SetResult();

        // The server tries by itself to start again and gives up; then the worker tries.
        var line = await worker.ReadErrorsUntilAsync("the private database did not start", Cancel).WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        MakeRoom();
        var result = await worker.FinishAsync(Cancel);

        Assert.Equal(
            $"the private database did not start: the disk of {Path.Combine(shop.Folder, ".campaign/pg/data")} or {Path.Combine(Disk, "wal")} is full; make room there, then run the command again "
            + $"(log: {Path.Combine(shop.Folder, ".campaign/pg/server.log")}); what already runs goes on by itself then",
            line);
        Assert.True(result.ExitCode == 0, line + result.Errors);
        Assert.Contains("the private database had crashed and runs again", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
        Assert.Empty(sink.Twice);
        Assert.Equal(People, sink.Stored.Count);
        await shop.AssertSentAsync(People);
    }

    // Each segment that is switched to has to be made or to be left over; when there is none, and no room, the server stops everything.
    private static async Task PanicAsync(Shop shop)
    {
        await using var connection = await shop.ConnectAsync();
        await using var command = new NpgsqlCommand("SELECT pg_logical_emit_message(true, 'fill', 'x'), pg_switch_wal()", connection);
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () =>
        {
            for (var segment = 0; segment < 1000; segment++)
            {
                await command.ExecuteNonQueryAsync(Cancel);
            }
        });
    }

    [Fact]
    public async Task RejectsThatDoNotFitStopTheImportAndASmallServerIsNotCreated()
    {
        Assert.SkipUnless(_mounted, "a small file system can be mounted by root on Linux only");
        await using var shop = await Shop.CreateAsync(_parent["elsewhere"]);
        var file = _parent.Write("bad.csv", "customer_no,first_name,email,birth_date\n" + string.Concat(Enumerable.Range(1, 5000).Select(n => $"B{n},Ann,b{n}@example.com,never\n")));
        Fill(0);

        var rejects = Path.Combine(Disk, "bad.rejects.csv");
        Shop.AssertOneLine(await shop.RunAsync("import", file, "--map", "imports/customers.yaml", "--rejects", rejects), $"rejects cannot be written to {rejects}", "nothing was imported");

        MakeRoom();
        Assert.Equal(0, (await shop.RunAsync("import", file, "--map", "imports/customers.yaml", "--rejects", rejects)).ExitCode);
        Assert.Equal(5001, File.ReadLines(rejects).Count());

        Directory.CreateDirectory(Path.Combine(Disk, "t"));
        foreach (var name in (string[])["engine.yaml", "model.yaml"])
        {
            File.Copy(Path.Combine(Repository.Root, name), Path.Combine(Disk, "t", name));
        }

        Fill(8);
        var created = await CampaignProcess.RunAsync(Path.Combine(Disk, "t"), ["db", "start"], null, Cancel);
        Assert.Equal(1, created.ExitCode);
        Assert.Contains($"the disk of {Path.Combine(Disk, "t", ".campaign", "pg")} is full; make room there, then run the command again\n", created.Errors, StringComparison.Ordinal);
        MakeRoom();
        Assert.Equal(0, (await CampaignProcess.RunAsync(Path.Combine(Disk, "t"), ["db", "start"], null, Cancel)).ExitCode);
        await CampaignProcess.RunAsync(Path.Combine(Disk, "t"), ["db", "stop"], null, Cancel);
    }

    /// <summary>Leaves this many megabytes.</summary>
    private void Fill(long left)
    {
        using var file = new FileStream(Path.Combine(Disk, "fill"), FileMode.Create, FileAccess.Write, FileShare.None, 0);
        var block = new byte[left == 0 ? 4096 : 1 << 20];
        try
        {
            while (left == 0 || new DriveInfo(Disk).AvailableFreeSpace > left << 20)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }

    private void MakeRoom() => File.Delete(Path.Combine(Disk, "fill"));

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode == 0;
    }
}
