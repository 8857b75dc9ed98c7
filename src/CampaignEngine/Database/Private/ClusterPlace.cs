using System.Security.Cryptography;
using System.Text;

namespace CampaignEngine.Database.Private;

/// <summary>
/// Where a workspace's private cluster and its marks lie. The marks (locks, keep mark) are always in <c>.campaign</c>; the
/// cluster is there too, unless the server's account cannot enter the workspace.
/// </summary>
internal sealed class ClusterPlace
{
    // Linux allows 107 bytes and a terminator in a socket's path, macOS 103; the socket is named .s.PGSQL.5432.
    private const int LongestSocketPath = 103;
    private const string SocketName = "/.s.PGSQL.5432";

    public ClusterPlace(string workspaceDirectory)
    {
        Workspace = Path.TrimEndingDirectorySeparator(Path.GetFullPath(workspaceDirectory));
        MarksDirectory = Path.Combine(Workspace, ".campaign");
        Home = File.Exists(LocationFile) ? File.ReadAllText(LocationFile).TrimEnd('\n') : Path.Combine(MarksDirectory, "pg");
    }

    public string Workspace { get; }

    public string MarksDirectory { get; }

    /// <summary>Holds data, log and (where its path is short enough) the socket; private to the server's account.</summary>
    public string Home { get; private set; }

    public string Data => Path.Combine(Home, "data");

    public string Log => Path.Combine(Home, "server.log");

    /// <summary>Held alone while the server is created, started or stopped.</summary>
    public string GuardLock => Path.Combine(MarksDirectory, "pg.lock");

    /// <summary>Held shared by every process that uses the server.</summary>
    public string UsersLock => Path.Combine(MarksDirectory, "pg.users");

    /// <summary>Held by the watcher that stops an idle server.</summary>
    public string WatcherLock => Path.Combine(MarksDirectory, "pg.watcher");

    /// <summary>Present after <c>db start</c>: the server runs until <c>db stop</c>.</summary>
    public string KeepMark => Path.Combine(MarksDirectory, "pg.keep");

    /// <summary>Names the cluster's folder when that is not <c>.campaign/pg</c>.</summary>
    public string LocationFile => Path.Combine(MarksDirectory, "pg.location");

    // Names the workspace a cluster outside belongs to, so that a copied workspace does not use the original's database unseen.
    private string OwnerFile => Path.Combine(Home, "workspace");

    /// <summary>The folder of the socket: the home, or a short private folder when the home's path is too long or holds characters with a meaning of their own.</summary>
    public string SocketDirectory => FitsSocket(Home) ? Home : Path.Combine(ShortRoot(), "campaign-" + Fingerprint(Home));

    public bool SocketIsElsewhere => !FitsSocket(Home);

    public int? ClusterMajor =>
        File.Exists(Path.Combine(Data, "PG_VERSION")) && int.TryParse(File.ReadAllText(Path.Combine(Data, "PG_VERSION")), out var major) ? major : null;

    /// <summary>Settles the home's folder for this account and makes it; says so when it has to lie outside the workspace.</summary>
    public async Task PrepareAsync(ServerAccount account, Action<string> say, CancellationToken cancellationToken)
    {
        if (!File.Exists(LocationFile) && !Directory.Exists(Home) && !await account.CanEnterAsync(MarksDirectory, cancellationToken))
        {
            Home = Path.Combine("/var/lib/campaign-engine", Fingerprint(Workspace));
            say($"user '{account.Name}', who runs the database server for root, cannot enter {Workspace}; the private database is kept in {Home}");
            MakeTraversable("/var/lib/campaign-engine");
            await account.MakePrivateDirectoryAsync(Home, cancellationToken);
            await File.WriteAllTextAsync(OwnerFile, Workspace, cancellationToken);
            await File.WriteAllTextAsync(LocationFile, Home + "\n", cancellationToken);
        }
        else if (File.Exists(LocationFile))
        {
            await CheckOwnerAsync(cancellationToken);
        }
        else if (!Directory.Exists(Home))
        {
            await account.MakePrivateDirectoryAsync(Home, cancellationToken);
        }

        if (SocketIsElsewhere)
        {
            await account.MakePrivateDirectoryWithoutTakingAsync(SocketDirectory, cancellationToken);
        }
    }

    /// <summary>Makes the folder of the marks, enterable for the server's account.</summary>
    public void MakeMarksDirectory() => MakeTraversable(MarksDirectory);

    private async Task CheckOwnerAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Home))
        {
            throw new DatabaseUnavailableException(
                $"{LocationFile} says that the private database is in {Home}, which is not there; restore that folder, or delete the file to begin with an empty database");
        }

        var owner = File.Exists(OwnerFile) ? (await File.ReadAllTextAsync(OwnerFile, cancellationToken)).Trim() : Workspace;
        if (owner == Workspace)
        {
            return;
        }

        if (File.Exists(Path.Combine(owner, ".campaign", "pg.location")))
        {
            throw new DatabaseUnavailableException(
                $"the private database in {Home} belongs to the workspace {owner}, of which this one seems to be a copy; "
                + $"delete {LocationFile} to give this workspace a database of its own");
        }

        await File.WriteAllTextAsync(OwnerFile, Workspace, cancellationToken);
    }

    private static bool FitsSocket(string directory) =>
        Encoding.UTF8.GetByteCount(directory) + SocketName.Length <= LongestSocketPath
        && directory.All(letter => char.IsLetterOrDigit(letter) || letter is '/' or '.' or '-' or '_' or ' ' or '+');

    private static string ShortRoot() =>
        !Environment.IsPrivilegedProcess
        && Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 and < 60 } runtime && Directory.Exists(runtime)
            ? runtime
            : "/tmp";

    private static string Fingerprint(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16];

    private static void MakeTraversable(string directory)
    {
        Directory.CreateDirectory(directory);
        if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
        {
            File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }
    }
}
