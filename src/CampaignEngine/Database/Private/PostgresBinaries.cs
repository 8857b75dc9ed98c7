using System.Globalization;
using System.Text.RegularExpressions;

namespace CampaignEngine.Database.Private;

/// <summary>A folder with PostgreSQL's server programs, and their major version.</summary>
internal sealed partial record PostgresBinaries(string Directory, int Major)
{
    /// <summary>The oldest major version the engine works with.</summary>
    public const int OldestMajor = 15;

    /// <summary>Overrides the search: a folder that holds initdb, pg_ctl and postgres.</summary>
    public const string OverrideVariable = "CAMPAIGN_PG_BIN";

    public string InitDb => Path.Combine(Directory, "initdb");

    public string Control => Path.Combine(Directory, "pg_ctl");

    public string Server => Path.Combine(Directory, "postgres");

    /// <summary>The newest usable programs, or exactly the major version that an existing cluster was made with.</summary>
    /// <exception cref="DatabaseUnavailableException">None fits; the message says what was found and what to install.</exception>
    public static async Task<PostgresBinaries> FindAsync(int? clusterMajor, CancellationToken cancellationToken)
    {
        var named = Environment.GetEnvironmentVariable(OverrideVariable);
        var found = new List<PostgresBinaries>();
        foreach (var folder in string.IsNullOrEmpty(named) ? UsualPlaces() : [named])
        {
            // A cluster that exists needs its own version: the search can stop at the first that fits.
            if (await ProbeAsync(folder, cancellationToken) is not { } binaries)
            {
                continue;
            }

            found.Add(binaries);
            if (binaries.Major == (clusterMajor ?? -1))
            {
                return binaries;
            }
        }

        var best = found.Where(binaries => binaries.Major >= OldestMajor).MaxBy(binaries => binaries.Major);
        return clusterMajor is null && best is not null ? best : throw new DatabaseUnavailableException(Missing(clusterMajor, found, named));
    }

    private static string Missing(int? clusterMajor, List<PostgresBinaries> found, string? named)
    {
        var seen = found.Count == 0 ? "none was found" : "found: " + string.Join(", ", found.Select(binaries => $"{binaries.Major} in {binaries.Directory}"));
        var where = string.IsNullOrEmpty(named) ? "on PATH or in the usual places" : $"in {OverrideVariable}={named}";
        return clusterMajor is { } major
            ? $"the private database was made by PostgreSQL {major}, whose programs are not {where} ({seen}); install PostgreSQL {major} or set {OverrideVariable}"
            : $"PostgreSQL {OldestMajor} or newer is not {where} ({seen}); install it (Debian, Ubuntu: apt-get install postgresql), "
                + $"set {OverrideVariable} to its bin folder, or set CAMPAIGN_DATABASE to a running server";
    }

    private static IEnumerable<string> UsualPlaces()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        var versioned = Versions("/usr/lib/postgresql", "bin")
            .Concat(Versions("/usr", "bin", "pgsql-"))
            .Concat(Versions("/opt/homebrew/opt", "bin", "postgresql@"))
            .Concat(Versions("/usr/local/opt", "bin", "postgresql@"))
            .Concat(Versions("/home/linuxbrew/.linuxbrew/opt", "bin", "postgresql@"))
            .Concat(Versions("/Library/PostgreSQL", "bin"));
        return path.Concat(versioned)
            .Concat(["/usr/local/pgsql/bin", "/opt/homebrew/bin", "/usr/local/bin", "/usr/libexec/postgresql"])
            .Distinct(StringComparer.Ordinal)
            .Where(folder => File.Exists(Path.Combine(folder, "initdb")));
    }

    private static IEnumerable<string> Versions(string root, string suffix, string prefix = "") =>
        !System.IO.Directory.Exists(root)
            ? []
            : System.IO.Directory.EnumerateDirectories(root, prefix + "*")
                .Select(folder => (Folder: folder, Tail: Path.GetFileName(folder)[prefix.Length..]))
                .Where(entry => double.TryParse(entry.Tail, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
                .OrderByDescending(entry => double.Parse(entry.Tail, CultureInfo.InvariantCulture))
                .Select(entry => Path.Combine(entry.Folder, suffix));

    private static async Task<PostgresBinaries?> ProbeAsync(string folder, CancellationToken cancellationToken)
    {
        var server = Path.Combine(folder, "postgres");
        if (!File.Exists(server) || !File.Exists(Path.Combine(folder, "initdb")) || !File.Exists(Path.Combine(folder, "pg_ctl")))
        {
            return null;
        }

        var result = await ServerProgram.RunAsync(ServerAccount.Self, "/", server, ["--version"], cancellationToken);
        return result.ExitCode == 0 && VersionNumber().Match(result.Output) is { Success: true } match
            ? new(folder, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
            : null;
    }

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex VersionNumber();
}
