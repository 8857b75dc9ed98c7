namespace CampaignEngine.Database.Private;

/// <summary>
/// The workspace's own PostgreSQL server, used from <see cref="JoinAsync"/> to disposal. It is created and started when needed,
/// listens on a unix socket only, and stops when its last user has left.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    /// <summary>The database inside the cluster.</summary>
    public const string DatabaseName = "campaign";

    /// <summary>The role that owns everything in it.</summary>
    public const string Owner = "campaign";

    // Creating a cluster, or the recovery after a crash in the middle of heavy writing, may take this long before others give up waiting.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly ClusterControl _control;
    private readonly TimeSpan _linger;
    private FileLock? _user;

    private PrivatePostgres(ClusterControl control, TimeSpan linger, FileLock user)
    {
        (_control, _linger, _user) = (control, linger, user);
    }

    /// <summary>Npgsql keywords for the owner.</summary>
    public string ConnectionString => _control.ConnectionString;

    /// <summary>The folder of the unix socket.</summary>
    public string SocketDirectory => _control.Place.SocketDirectory;

    /// <summary>The folder of the cluster's data.</summary>
    public string DataDirectory => _control.Place.Data;

    /// <summary>The folder of PostgreSQL's programs.</summary>
    public string ProgramDirectory => _control.ProgramDirectory;

    /// <summary>The server's log file.</summary>
    public string LogFile => _control.Place.Log;

    /// <summary>Becomes a user of the server; creates and starts it first where needed.</summary>
    /// <exception cref="DatabaseUnavailableException">The server cannot be had; the message says why and what to do.</exception>
    public static async Task<PrivatePostgres> JoinAsync(DatabaseOptions options, CancellationToken cancellationToken)
    {
        var place = new ClusterPlace(options.WorkspaceDirectory);
        try
        {
            place.MakeMarksDirectory();
            using var guard = await FileLock.ExclusiveAsync(place.GuardLock, Patience, cancellationToken);
            RequireWorkingLocks(place);
            var user = await FileLock.SharedAsync(place.UsersLock, TimeSpan.FromSeconds(30), cancellationToken);
            try
            {
                var control = await ClusterControl.PrepareAsync(place, options.Say, cancellationToken);
                await control.EnsureRunningAsync(() => Watch(control, options.Linger), options.Say, cancellationToken);
                return new(control, options.Linger, user);
            }
            catch
            {
                user.Dispose();
                throw;
            }
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new DatabaseUnavailableException($"the private database in {place.MarksDirectory} cannot be used: {fault.Message}", fault);
        }
    }

    /// <summary>Whether <see cref="Keep"/> holds.</summary>
    public bool IsKept => File.Exists(_control.Place.KeepMark);

    /// <summary>Lets the server run until <see cref="StopAsync"/>, also when nobody uses it.</summary>
    public void Keep() => File.WriteAllText(_control.Place.KeepMark, "");

    /// <summary>Stops the workspace's server and ends <see cref="Keep"/>. Its users lose their connections; nothing committed is lost.</summary>
    /// <returns>Whether a server ran, and whether other processes were using it.</returns>
    public static async Task<(bool WasRunning, bool WasInUse)> StopAsync(string workspaceDirectory, CancellationToken cancellationToken)
    {
        var place = new ClusterPlace(workspaceDirectory);
        if (!Directory.Exists(place.MarksDirectory))
        {
            return (false, false);
        }

        using var guard = await FileLock.ExclusiveAsync(place.GuardLock, Patience, cancellationToken);
        File.Delete(place.KeepMark);
        if (place.ClusterMajor is null)
        {
            return (false, false);
        }

        var control = await ClusterControl.PrepareAsync(place, static _ => { }, cancellationToken);
        var wasInUse = IsUsed(place);
        return (await control.StopAsync(cancellationToken), wasInUse);
    }

    /// <summary>What can be told about the workspace's server without starting it.</summary>
    public static async Task<PrivatePostgresStatus> StatusAsync(string workspaceDirectory, CancellationToken cancellationToken)
    {
        var place = new ClusterPlace(workspaceDirectory);
        if (place.ClusterMajor is not { } major)
        {
            return new(Exists: false, Running: false, Kept: false, InUse: false, 0, 0, place.Data, place.SocketDirectory, place.Log);
        }

        var process = await ClusterControl.LiveProcessAsync(place, cancellationToken);
        return new(true, process is not null, File.Exists(place.KeepMark), IsUsed(place), major, process ?? 0, place.Data, place.SocketDirectory, place.Log);
    }

    /// <summary>Why the workspace's server cut its connections, where it is a full disk: one sentence with the folder; else null.</summary>
    /// <param name="since">What the server's log told before is past.</param>
    public static string? FullDiskSince(string workspaceDirectory, DateTimeOffset since)
    {
        var place = new ClusterPlace(workspaceDirectory);
        return FullDisk.IsInLog(place.Log, since) ? FullDisk.Advice(place) : null;
    }

    /// <summary>Starts the server again when it crashed or was killed; does nothing when it runs or was stopped on purpose.</summary>
    /// <returns>Whether it was started.</returns>
    /// <exception cref="DatabaseUnavailableException">It does not start; the message says why.</exception>
    public async Task<bool> ReviveAsync(Action<string> say, CancellationToken cancellationToken)
    {
        if (!await HasCrashedAsync())
        {
            return false;
        }

        using var guard = await FileLock.ExclusiveAsync(_control.Place.GuardLock, Patience, cancellationToken);
        if (!await HasCrashedAsync())
        {
            return false;
        }

        await _control.EnsureRunningAsync(() => Watch(_control, _linger), say, cancellationToken);
        return true;

        async Task<bool> HasCrashedAsync() => await ClusterControl.LiveProcessAsync(_control.Place, cancellationToken) is null && !ClusterControl.HasEndedInOrder(_control.Place);
    }

    /// <summary>Leaves the server. The idle watcher stops it after the linger time, or this call does when there is none.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _user, null) is not { } user)
        {
            return;
        }

        user.Dispose();
        if (_linger > TimeSpan.Zero && IdleWatcher.IsPossible)
        {
            return;
        }

        using var guard = await FileLock.ExclusiveAsync(_control.Place.GuardLock, Patience, CancellationToken.None);
        if (!File.Exists(_control.Place.KeepMark) && !IsUsed(_control.Place))
        {
            await _control.StopAsync(CancellationToken.None);
        }
    }

    private static void Watch(ClusterControl control, TimeSpan linger)
    {
        if (!File.Exists(control.Place.KeepMark))
        {
            IdleWatcher.Ensure(control.Place, control.StopCommand, linger);
        }
    }

    // Some network and virtual file systems take a lock and keep nobody out; the server would then stop under its users.
    private static void RequireWorkingLocks(ClusterPlace place)
    {
        using var second = FileLock.TryExclusive(place.GuardLock);
        if (second is not null)
        {
            throw new DatabaseUnavailableException(
                $"the file system of {place.MarksDirectory} does not keep file locks, which the private database needs; "
                + "put the workspace on a local disk, or set CAMPAIGN_DATABASE to a running server");
        }
    }

    private static bool IsUsed(ClusterPlace place)
    {
        using var alone = FileLock.TryExclusive(place.UsersLock);
        return alone is null;
    }
}

/// <summary>A private server seen from outside.</summary>
public sealed record PrivatePostgresStatus(
    bool Exists, bool Running, bool Kept, bool InUse, int Major, int ProcessId, string DataDirectory, string SocketDirectory, string LogFile);
