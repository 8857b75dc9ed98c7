using System.Globalization;
using System.Text;

namespace CampaignEngine.Database.Private;

/// <summary>
/// The engine's settings of a private cluster, written to <c>data/campaign.conf</c> before every start. A person's own settings
/// go to the end of <c>postgresql.conf</c>, which includes this file first.
/// </summary>
internal static class ClusterSettings
{
    public const string FileName = "campaign.conf";

    private const long Megabyte = 1L << 20;

    /// <param name="memoryBytes">Memory of the machine, or of the container that bounds this process.</param>
    /// <param name="socketDirectory">Absolute path of the socket's folder.</param>
    /// <param name="hasLz4">Whether these programs can compress the write-ahead log with lz4.</param>
    public static string Text(long memoryBytes, string socketDirectory, bool hasLz4)
    {
        var memory = memoryBytes / Megabyte;
        return new StringBuilder()
            .AppendLine("# Written by CampaignEngine before every start: changes here are lost. Put yours at the end of postgresql.conf.")
            .AppendLine("listen_addresses = ''")
            .Append("unix_socket_directories = '").Append(ListItem(socketDirectory)).AppendLine("'")
            .AppendLine("unix_socket_permissions = 0700")
            .AppendLine("port = 5432")
            .AppendLine("max_connections = 200")
            .AppendLine("fsync = on")
            .AppendLine("full_page_writes = on")
            .AppendLine("synchronous_commit = on")
            // Nobody replicates a private server: a table that is made and filled in one transaction (list, mailing, summary) is written
            // once and synchronised at its commit instead of going through the log as well.
            .AppendLine("wal_level = minimal")
            .AppendLine("max_wal_senders = 0")
            .Append("wal_compression = ").AppendLine(hasLz4 ? "lz4" : "on")
            .AppendLine("max_wal_size = 4GB")
            .AppendLine("checkpoint_timeout = 15min")
            .Append("shared_buffers = ").AppendLine(Megabytes(memory / 4, 128, 1024))
            .Append("effective_cache_size = ").AppendLine(Megabytes(memory / 2, 256, 65536))
            .Append("maintenance_work_mem = ").AppendLine(Megabytes(memory / 20, 64, 512))
            .Append("work_mem = ").AppendLine(Megabytes(memory / 250, 8, 64))
            .AppendLine("random_page_cost = 1.1")
            .AppendLine("jit = off")
            // /dev/shm of a container is often 64 MB, too small for parallel hash joins; files in the data folder have no such limit.
            .Append("dynamic_shared_memory_type = ").AppendLine(SharedMemoryIsSmall() ? "mmap" : "posix")
            .AppendLine("timezone = 'UTC'")
            .AppendLine("log_timezone = 'UTC'")
            .ToString();
    }

    private static bool SharedMemoryIsSmall() =>
        OperatingSystem.IsLinux() && (!Directory.Exists("/dev/shm") || new DriveInfo("/dev/shm").TotalSize < 1024 * Megabyte);

    private static string Megabytes(long value, long least, long most) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Clamp(value, least, most)}MB");

    // The setting is a list: an item in double quotes may hold spaces; the whole stands in single quotes.
    private static string ListItem(string directory) =>
        '"' + directory.Replace("\"", "\"\"", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal) + '"';
}
