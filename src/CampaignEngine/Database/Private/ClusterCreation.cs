using System.Globalization;

namespace CampaignEngine.Database.Private;

/// <summary>
/// Makes a cluster in <c>data.new-PID</c> and renames it to <c>data</c> when it is complete, so that a kill in between leaves
/// nothing that looks like a database. The process id keeps us clear of an initdb whose caller was killed and that still writes.
/// </summary>
internal static class ClusterCreation
{
    private const string UnfinishedPrefix = "data.new-";

    // The database's owner is a superuser of this private server; campaign_query may log in, so that a query connection never
    // holds rights it could take back.
    private const string FirstStatements = $"""
        CREATE DATABASE {PrivatePostgres.DatabaseName};
        CREATE ROLE {EngineDatabase.QueryRole} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;
        """;

    public static async Task RunAsync(ClusterPlace place, ServerAccount account, PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        if (Directory.Exists(place.Data))
        {
            throw new DatabaseUnavailableException(
                $"{place.Data} is damaged: it has no PG_VERSION; restore it from a backup, or move it away to begin with an empty database");
        }

        RemoveRemains(place);
        var name = UnfinishedPrefix + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var unfinished = Path.Combine(place.Home, name);
        await MustAsync(place, account, binaries.InitDb, [.. InitArguments(name, binaries.Major)], "initdb", cancellationToken);
        await File.AppendAllTextAsync(
            Path.Combine(unfinished, "postgresql.conf"),
            $"{Environment.NewLine}include_if_exists = '{ClusterSettings.FileName}'{Environment.NewLine}# Your own settings go below this line.{Environment.NewLine}",
            cancellationToken);
        await MustAsync(place, account, binaries.Server, ["--single", "-D", name, "postgres"], "postgres --single", cancellationToken, FirstStatements);
        Directory.Move(unfinished, place.Data);
    }

    private static void RemoveRemains(ClusterPlace place)
    {
        foreach (var remains in Directory.EnumerateDirectories(place.Home, UnfinishedPrefix + "*"))
        {
            try
            {
                Directory.Delete(remains, recursive: true);
            }
            catch (IOException)
            {
                // An orphaned initdb still writes there; it harms nobody, and the next creation tries again.
            }
        }
    }

    // Collation C: sorting by bytes is the fastest, the same on every machine, and never changes with an upgrade of the C
    // library. Character types are Unicode's, so that lower() and regular expressions know letters beyond ASCII.
    private static IEnumerable<string> InitArguments(string directory, int major)
    {
        string[] common = ["-D", directory, "-U", PrivatePostgres.Owner, "-A", "trust", "-E", "UTF8", "--data-checksums", "--lc-messages=C"];
        return major >= 17
            ? [.. common, "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            : [.. common, "--locale=C", OperatingSystem.IsMacOS() ? "--lc-ctype=UTF-8" : "--lc-ctype=C.UTF-8"];
    }

    private static async Task MustAsync(
        ClusterPlace place, ServerAccount account, string program, string[] arguments, string name, CancellationToken cancellationToken, string? input = null)
    {
        var result = await ServerProgram.RunAsync(account, place.Home, program, arguments, cancellationToken, input);
        if (FullDisk.IsIn(result.Output))
        {
            throw new DatabaseUnavailableException($"the private database could not be created: {FullDisk.Advice(place.Home)}");
        }

        if (result.ExitCode != 0 || result.Output.Contains("ERROR:", StringComparison.Ordinal))
        {
            throw new DatabaseUnavailableException($"the private database could not be created in {place.Home}: {name} says: {result.Output}");
        }
    }
}
