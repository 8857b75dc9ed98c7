using System.Globalization;

namespace CampaignEngine.Database.Private;

/// <summary>
/// A private server that runs out of disk often cannot say so to its client: where the write-ahead log cannot grow it stops all
/// connections. Its log says why.
/// </summary>
internal static class FullDisk
{
    private const string Sign = "No space left on device";
    private const int TailBytes = 64 * 1024;
    private const string Stamp = "yyyy-MM-dd HH:mm:ss.fff 'UTC'";

    public static bool IsIn(string text) => text.Contains(Sign, StringComparison.Ordinal) || text.Contains("could not write init file", StringComparison.Ordinal);

    /// <summary>Whether the server has met a full disk since a time.</summary>
    public static bool IsInLog(string log, DateTimeOffset since)
    {
        if (!File.Exists(log))
        {
            return false;
        }

        using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(Math.Max(0, file.Length - TailBytes), SeekOrigin.Begin);
        using var reader = new StreamReader(file);
        while (reader.ReadLine() is { } line)
        {
            if (IsIn(line) && line.Length > 27 && DateTimeOffset.TryParseExact(
                line[..27], Stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at >= since)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>For a cluster that stands: its write-ahead log may lie on a disk of its own.</summary>
    public static string Advice(ClusterPlace place) =>
        Advice(new DirectoryInfo(Path.Combine(place.Data, "pg_wal")).LinkTarget is { } log ? $"{place.Data} or {log}" : place.Data);

    public static string Advice(string directory) => $"the disk of {directory} is full; make room there, then run the command again";
}
