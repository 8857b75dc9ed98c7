using CampaignEngine.Database;
using CampaignEngine.Database.Migrations;
using Dapper;

namespace CampaignEngine.Diagnosing;

/// <summary>Looks at the database the way <c>campaign doctor</c> reports it: does it keep what it confirmed, and is it the right one.</summary>
public static class DatabaseFindings
{
    // A send at 09:00 that leaves at 09:01 does no harm; a minute more and quiet hours are no longer kept.
    private static readonly TimeSpan NoticeableDifference = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HarmfulDifference = TimeSpan.FromSeconds(60);

    private const long Gigabyte = 1L << 30;

    public static async Task<IReadOnlyList<Finding>> LookAsync(EngineDatabase database, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var before = timeProvider.GetUtcNow();
        var facts = await connection.QuerySingleAsync<DatabaseFacts>(
            new CommandDefinition(SqlFile.Load(typeof(DatabaseFindings), "ReadDatabaseFacts"), cancellationToken: cancellationToken));
        var after = timeProvider.GetUtcNow();
        var (applied, pending, faults) = await new MigrationRunner(database.Source, timeProvider).InspectAsync(cancellationToken);

        var findings = new List<Finding>
        {
            Finding.Ok("server", $"PostgreSQL {database.ServerVersion}, database {database.Place}, {(database.IsPrivate ? "private" : "configured")}"),
        };
        if (facts.IsStandby)
        {
            findings.Add(Finding.Fault("standby", "this server is a replica: it lags behind and cannot be written", "connect to the primary"));
        }

        findings.AddRange(Durability(facts));
        findings.Add(Encoding(facts));
        findings.Add(QueryRole(facts));
        findings.Add(Migrations(applied.Count, pending, faults));
        findings.Add(Clock(facts.Clock - (before + ((after - before) / 2))));
        if (database.Server is { } server)
        {
            findings.Add(DiskSpace(new DriveInfo(server.DataDirectory).AvailableFreeSpace));
            findings.Add(Socket(facts.ListenAddresses, server.SocketDirectory));
        }

        return findings;
    }

    /// <summary>A setting that is off can lose a committed send grant in a power cut; the message would then go out twice.</summary>
    internal static IEnumerable<Finding> Durability(DatabaseFacts facts)
    {
        yield return facts.Fsync == "on"
            ? Finding.Ok("fsync", "on")
            : Finding.Fault("fsync", facts.Fsync, "a power cut can destroy the database: set fsync = on in postgresql.conf and reload");
        yield return facts.FullPageWrites == "on"
            ? Finding.Ok("full_page_writes", "on")
            : Finding.Fault("full_page_writes", facts.FullPageWrites, "a power cut can destroy pages: set full_page_writes = on in postgresql.conf and reload");
        yield return facts.SynchronousCommit == "off"
            ? Finding.Fault("synchronous_commit", "off", "a crash can forget a confirmed send, which would then go out twice: set synchronous_commit = on")
            : Finding.Ok("synchronous_commit", facts.SynchronousCommit);
    }

    internal static Finding Encoding(DatabaseFacts facts) => facts.Encoding == "UTF8"
        ? Finding.Ok("encoding", $"UTF8, collation {facts.Collation}")
        : Finding.Fault("encoding", facts.Encoding, "names of some languages cannot be stored: create the database with ENCODING 'UTF8'");

    internal static Finding QueryRole(DatabaseFacts facts) => facts.HasQueryRole
        ? Finding.Ok("query role", $"conditions run as {EngineDatabase.QueryRole}, read-only")
        : Finding.Warning(
            "query role",
            $"role {EngineDatabase.QueryRole} is missing: conditions run as the owner, in read-only transactions with a time limit",
            $"let an administrator run: CREATE ROLE {EngineDatabase.QueryRole} NOLOGIN; GRANT {EngineDatabase.QueryRole} TO <this user>;");

    internal static Finding Migrations(int applied, IReadOnlyList<Migration> pending, IReadOnlyList<string> faults) =>
        faults.Count > 0 ? Finding.Fault("migrations", string.Join("; ", faults), "see docs/database.md, Migrations")
        : pending.Count > 0 ? Finding.Warning("migrations", $"{applied} applied, {pending.Count} to apply ({pending[0].FileName} ...)", "campaign db migrate")
        : Finding.Ok("migrations", $"{applied} applied, none missing");

    internal static Finding Clock(TimeSpan difference)
    {
        var seconds = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"database minus this machine: {difference.TotalSeconds:+0.000;-0.000;0} s");
        const string Fix = "let both machines follow the same time server (NTP)";
        return difference.Duration() > HarmfulDifference ? Finding.Fault("clock", seconds, Fix)
            : difference.Duration() > NoticeableDifference ? Finding.Warning("clock", seconds, Fix)
            : Finding.Ok("clock", seconds);
    }

    internal static Finding DiskSpace(long freeBytes)
    {
        var free = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{freeBytes / (double)Gigabyte:0.0} GB free for the private database");
        const string Fix = "make room: a full disk stops every drop (nothing confirmed is lost)";
        return freeBytes < Gigabyte / 2 ? Finding.Fault("disk", free, Fix)
            : freeBytes < 5 * Gigabyte ? Finding.Warning("disk", free, Fix)
            : Finding.Ok("disk", free);
    }

    internal static Finding Socket(string listenAddresses, string directory) => listenAddresses.Length > 0
        ? Finding.Warning("socket", $"the private server also listens on TCP ({listenAddresses})", "remove listen_addresses from its postgresql.conf")
        : Finding.Ok("socket", $"{directory}, no TCP");
}
