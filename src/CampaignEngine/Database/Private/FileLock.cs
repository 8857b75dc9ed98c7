namespace CampaignEngine.Database.Private;

/// <summary>
/// An advisory lock on a file (flock). The operating system drops it with the process, however that ends, so it can neither be
/// forgotten by a kill -9 nor left behind by a crash.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly FileStream _stream;

    private FileLock(FileStream stream) => _stream = stream;

    /// <summary>Joins the holders of a shared lock; null while somebody holds it exclusively.</summary>
    public static FileLock? TryShared(string path) => Try(path, FileShare.Read);

    /// <summary>Takes the lock alone; null while anybody holds it.</summary>
    public static FileLock? TryExclusive(string path) => Try(path, FileShare.None);

    /// <summary>Takes the lock alone, waiting up to <paramref name="patience"/>.</summary>
    /// <exception cref="DatabaseUnavailableException">Somebody else held it for the whole time.</exception>
    public static Task<FileLock> ExclusiveAsync(string path, TimeSpan patience, CancellationToken cancellationToken) =>
        WaitAsync(() => TryExclusive(path), path, patience, cancellationToken);

    /// <summary>Joins the holders, waiting up to <paramref name="patience"/> for an exclusive holder to finish.</summary>
    /// <exception cref="DatabaseUnavailableException">Somebody held it exclusively for the whole time.</exception>
    public static Task<FileLock> SharedAsync(string path, TimeSpan patience, CancellationToken cancellationToken) =>
        WaitAsync(() => TryShared(path), path, patience, cancellationToken);

    public void Dispose() => _stream.Dispose();

    private static async Task<FileLock> WaitAsync(Func<FileLock?> attempt, string path, TimeSpan patience, CancellationToken cancellationToken)
    {
        var started = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            if (attempt() is { } held)
            {
                return held;
            }

            if (started.Elapsed > patience)
            {
                throw new DatabaseUnavailableException(
                    $"another command has held {path} for {patience.TotalSeconds:0} s (it starts or stops the private database); "
                    + "wait for it or end it, then try again");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private static FileLock? Try(string path, FileShare share)
    {
        try
        {
            // Opened for reading only: .NET then asks for a shared flock with FileShare.Read and an exclusive one with FileShare.None.
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, share, bufferSize: 1));
        }
        catch (IOException fault) when (fault.GetType() == typeof(IOException) && IsHeld(fault))
        {
            return null;
        }
    }

    // EWOULDBLOCK: 11 on Linux, 35 on macOS and the BSDs.
    private static bool IsHeld(IOException fault) => (fault.HResult & 0xFFFF) is 11 or 35;
}
