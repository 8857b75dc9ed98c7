using System.Globalization;

namespace CampaignEngine.Tracking.Spooling;

/// <summary>
/// One numbered folder of segments, held by a lock that the kernel gives back when its process ends. Every process writes into a folder of its own; the
/// segments of a process that was killed are read by whoever finds their folder free.
/// </summary>
internal sealed class SpoolFolder : IDisposable
{
    private const string Suffix = ".events";
    private readonly FileStream _lock;

    private SpoolFolder(string path, FileStream @lock) => (Path, _lock) = (path, @lock);

    public string Path { get; }

    /// <summary>The first free folder; its old segments are the caller's now.</summary>
    /// <exception cref="IOException">The root cannot be written.</exception>
    public static SpoolFolder Take(string root)
    {
        for (var number = 1; ; number++)
        {
            var path = System.IO.Path.Combine(root, number.ToString(CultureInfo.InvariantCulture));
            Directory.CreateDirectory(path);
            if (TryLock(path) is { } folder)
            {
                return folder;
            }
        }
    }

    /// <summary>Folders with segments whose process is gone, now held by the caller.</summary>
    public static IReadOnlyList<SpoolFolder> TakeLost(string root)
    {
        var lost = new List<SpoolFolder>();
        foreach (var path in Directory.EnumerateDirectories(root).Where(p => Directory.EnumerateFiles(p, "*" + Suffix).Any()).Order(StringComparer.Ordinal))
        {
            if (TryLock(path) is { } folder)
            {
                lost.Add(folder);
            }
        }

        return lost;
    }

    /// <summary>Numbers of the segments there are, the oldest first.</summary>
    public IReadOnlyList<long> Segments() =>
    [
        .. Directory.EnumerateFiles(Path, "*" + Suffix)
            .Select(f => long.TryParse(System.IO.Path.GetFileNameWithoutExtension(f), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Where(n => n > 0).Order(),
    ];

    // Sixteen digits, so that a listing shows them in order.
    public string FileOf(long segment) => System.IO.Path.Combine(Path, segment.ToString("D16", CultureInfo.InvariantCulture) + Suffix);

    public void Dispose() => _lock.Dispose();

    private static SpoolFolder? TryLock(string path)
    {
        try
        {
            return new SpoolFolder(path, new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(System.IO.Path.Combine(path, "lock")))
        {
            // Another process has it.
            return null;
        }
    }
}
