using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;

namespace CampaignEngine.Database.Private;

/// <summary>Starts, finds and stops the server of one cluster. Every method expects the caller to hold the guard lock.</summary>
internal sealed class ClusterControl
{
    // Linux gives numbers up to 4194304, macOS up to 99999.
    private const string ImpossibleProcess = "2000000000";
    private const long LargestLog = 10L << 20;

    // A server that gives up tells why some lines before its last word.
    private const int LinesOfAnEnd = 30;
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly ServerAccount _account;
    private readonly PostgresBinaries _binaries;

    private ClusterControl(ClusterPlace place, ServerAccount account, PostgresBinaries binaries)
    {
        (Place, _account, _binaries) = (place, account, binaries);
    }

    public ClusterPlace Place { get; }

    public string ProgramDirectory => _binaries.Directory;

    public string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = Place.SocketDirectory,
        Port = 5432,
        Database = PrivatePostgres.DatabaseName,
        Username = PrivatePostgres.Owner,
    }.ConnectionString;

    /// <summary>The command that stops the server, to be run in the cluster's home.</summary>
    public IReadOnlyList<string> StopCommand =>
        _account.Wrap(_binaries.Control, ["stop", "-D", "data", "-m", "fast", "-w", "-t", "120", "-s"]);

    public static async Task<ClusterControl> PrepareAsync(ClusterPlace place, Action<string> say, CancellationToken cancellationToken)
    {
        var account = await ServerAccount.ForAsync(place.Data, cancellationToken);
        await place.PrepareAsync(account, say, cancellationToken);
        return new(place, account, await PostgresBinaries.FindAsync(place.ClusterMajor, cancellationToken));
    }

    /// <summary>Creates the cluster and starts the server where needed; returns when it accepts connections.</summary>
    public async Task EnsureRunningAsync(Action beforeStart, Action<string> say, CancellationToken cancellationToken)
    {
        if (Place.ClusterMajor is null)
        {
            say($"creating the private database in {Place.Home}");
            await ClusterCreation.RunAsync(Place, _account, _binaries, cancellationToken);
        }

        beforeStart();
        var started = Stopwatch.StartNew();
        while (!await IsReadyAsync(cancellationToken))
        {
            if (await LiveProcessAsync(Place, cancellationToken) is null)
            {
                await StartAsync(started, say, cancellationToken);
            }

            if (started.Elapsed > StartPatience)
            {
                throw Failed($"did not become ready within {StartPatience.TotalMinutes:0} minutes");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>Stops the server; false when none ran.</summary>
    public async Task<bool> StopAsync(CancellationToken cancellationToken)
    {
        if (await LiveProcessAsync(Place, cancellationToken) is null)
        {
            return false;
        }

        var result = await ServerProgram.RunAsync(ServerAccount.Self, Place.Home, StopCommand[0], StopCommand.Skip(1), cancellationToken);
        return result.ExitCode == 0 || await LiveProcessAsync(Place, cancellationToken) is null
            ? true
            : throw new DatabaseUnavailableException($"the private database in {Place.Data} did not stop: {result.Output}");
    }

    /// <summary>The process id of the server that runs on this cluster now; a number left behind by a crash does not count.</summary>
    public static async Task<int?> LiveProcessAsync(ClusterPlace place, CancellationToken cancellationToken)
    {
        string[] lines;
        try
        {
            lines = await File.ReadAllLinesAsync(Path.Combine(place.Data, "postmaster.pid"), cancellationToken);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            // A server that ends takes its file away, perhaps right now.
            return null;
        }

        if (!int.TryParse(lines.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var process))
        {
            return null;
        }

        // The server works inside its data folder. Numbers are given again after a restart of the machine: any other process under this number is not the server.
        if (OperatingSystem.IsLinux())
        {
            var folder = new DirectoryInfo($"/proc/{process}/cwd").LinkTarget;
            return folder is not null && Path.GetFullPath(folder) == Resolved(place.Data) ? process : null;
        }

        var command = await ServerProgram.RunAsync(
            ServerAccount.Self, "/", "ps", ["-p", process.ToString(CultureInfo.InvariantCulture), "-o", "comm="], cancellationToken);
        return command.Output.Contains("postgres", StringComparison.Ordinal) ? process : null;
    }

    /// <summary>
    /// Whether the server ended as it should: its control file says so. One that crashed leaves it otherwise, also when it could not start again by itself, for want of disk, and then took its
    /// process file away.
    /// </summary>
    public static bool HasEndedInOrder(ClusterPlace place)
    {
        // State of the cluster: behind the system's number and two versions, in every version of PostgreSQL; 1 is "shut down".
        const int At = 16;
        const int ShutDown = 1;
        var file = Path.Combine(place.Data, "global", "pg_control");
        if (!File.Exists(file))
        {
            return true;
        }

        Span<byte> state = stackalloc byte[sizeof(int)];
        using var control = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return RandomAccess.Read(control, state, At) < state.Length || BitConverter.ToInt32(state) == ShutDown;
    }

    private async Task StartAsync(Stopwatch started, Action<string> say, CancellationToken cancellationToken)
    {
        await ForgetStrangerAsync(cancellationToken);
        await WriteSettingsAsync(cancellationToken);
        RotateLog();

        var recovering = started.Elapsed > TimeSpan.FromSeconds(5);
        if (recovering)
        {
            say("the private database recovers from a crash");
        }

        var result = await ServerProgram.RunAsync(
            _account, Place.Home, _binaries.Control, ["start", "-D", "data", "-l", "server.log", "-s", "-w", "-t", "5"], cancellationToken);
        var stillStarting = await LiveProcessAsync(Place, cancellationToken) is not null;
        if (result.ExitCode == 0 || stillStarting)
        {
            return;
        }

        // The children of a server that was killed need a moment to notice; until then its memory counts as used.
        var tail = LogTail();
        if (tail.Contains("pre-existing shared memory block", StringComparison.Ordinal) && started.Elapsed < TimeSpan.FromSeconds(60))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            return;
        }

        throw FullDisk.IsIn(LogTail(LinesOfAnEnd)) || FullDisk.IsIn(result.Output)
            ? new DatabaseUnavailableException($"the private database did not start: {FullDisk.Advice(Place)} (log: {Place.Log})")
            : Failed($"did not start: {tail}");
    }

    // Nobody runs here (the caller looked). A file left by a crash may still name a process: a stranger that was given the same
    // number, or a dying one. The server would take it for itself and refuse; so the number becomes one that no system gives. The
    // file itself has to stay: by its last line the server finds children of the crashed one that still use the data.
    private async Task ForgetStrangerAsync(CancellationToken cancellationToken)
    {
        File.Delete(Path.Combine(Place.SocketDirectory, ".s.PGSQL.5432.lock"));
        var file = Path.Combine(Place.Data, "postmaster.pid");
        if (File.Exists(file))
        {
            var lines = await File.ReadAllLinesAsync(file, cancellationToken);

            // Written over, not emptied first: on a full disk an empty file would stay, with which the server never starts again.
            var text = Encoding.UTF8.GetBytes(string.Join('\n', lines.Skip(1).Prepend(ImpossibleProcess)) + "\n");
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.Read);
            await stream.WriteAsync(text, cancellationToken);
            stream.SetLength(text.Length);
        }
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(Path.Combine(Place.SocketDirectory, ".s.PGSQL.5432")))
        {
            return false;
        }

        try
        {
            var settings = new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false, Timeout = 5 };
            await using var connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.CannotConnectNow)
        {
            return false;
        }
        catch (PostgresException fault) when (FullDisk.IsIn(fault.MessageText))
        {
            throw new DatabaseUnavailableException($"the private database refuses connections: {FullDisk.Advice(Place)}", fault);
        }
        catch (PostgresException fault)
        {
            throw new DatabaseUnavailableException($"the private database in {Place.Data} refuses connections: {fault.MessageText}", fault);
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task WriteSettingsAsync(CancellationToken cancellationToken)
    {
        // The answer comes first; before the very first start the server also remarks that campaign.conf is missing.
        var probe = await ServerProgram.RunAsync(
            _account, Place.Home, _binaries.Server, ["-C", "wal_compression", "-c", "wal_compression=lz4", "-D", "data"], cancellationToken);
        var text = ClusterSettings.Text(
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Place.SocketDirectory, probe.ExitCode == 0 && probe.Output.StartsWith("lz4", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(Place.Data, ClusterSettings.FileName), text, cancellationToken);
    }

    private void RotateLog()
    {
        if (new FileInfo(Place.Log) is { Exists: true, Length: > LargestLog })
        {
            File.Move(Place.Log, Place.Log + ".1", overwrite: true);
        }
    }

    private string LogTail(int lines = 4) => File.Exists(Place.Log)
        ? string.Join(" | ", File.ReadLines(Place.Log).TakeLast(lines))
        : "it wrote no log";

    private DatabaseUnavailableException Failed(string what) => new($"the private database in {Place.Data} {what} (log: {Place.Log})");

    // /proc shows the folder with every symbolic link followed.
    private static string Resolved(string directory)
    {
        var path = Path.GetPathRoot(directory)!;
        foreach (var part in directory.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = new DirectoryInfo(Path.Combine(path, part));
            path = next.LinkTarget is null ? next.FullName : next.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? next.FullName;
        }

        return path;
    }
}
