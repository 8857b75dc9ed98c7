namespace CampaignEngine.Dispatching.Recording;

/// <summary>The flight recorder of another worker, locked by this one.</summary>
internal sealed class LostRecorder : IDisposable
{
    private readonly FileStream _file;

    private LostRecorder(FileStream file, FlightReading? reading) => (_file, Reading) = (file, reading);

    public string Path => _file.Name;

    /// <summary>Null when the file is not whole: then it proves nothing.</summary>
    public FlightReading? Reading { get; }

    /// <summary>Null when its worker, or another reader, has it.</summary>
    public static LostRecorder? TryOpen(string path)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1);
            if (FlightLock.TryTake(file.SafeFileHandle))
            {
                // A page that could not be written may have been dropped with the marks in it; the kernel tells that once, here.
                RandomAccess.FlushToDisk(file.SafeFileHandle);
                var bytes = new byte[file.Length];
                file.ReadExactly(bytes);
                return new LostRecorder(file, FlightFile.Read(bytes));
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Locked, removed meanwhile, or another user's: what it could have proved stays a doubt.
        }

        file?.Dispose();
        return null;
    }

    public TimeSpan Age(DateTimeOffset now) => now - File.GetLastWriteTimeUtc(Path);

    public void Release(bool remove)
    {
        if (remove)
        {
            File.Delete(Path);
        }

        Dispose();
    }

    public void Dispose() => _file.Dispose();
}
