namespace CampaignEngine.Dispatching.Recording;

/// <summary>
/// The flight recorders of one workspace on this machine: this worker's own, and those that lost workers left behind. One of a worker counts
/// only when the kernel says twice that it can never write again: its process (id and start) is gone, and its lock on the file is free.
/// </summary>
/// <param name="directory">Where they lie; null: none are kept and none are read.</param>
/// <param name="owner">This worker's name in the ledger.</param>
internal sealed class FlightRecorders(string? directory, string owner, TimeProvider time)
{
    private const string Suffix = ".flight";

    // From another boot it is evidence of nothing; a week later nobody wants to look at it either.
    private static readonly TimeSpan Keeping = TimeSpan.FromDays(7);
    private FlightRecorder? _own;

    /// <summary>This worker's recorder, made when there is none.</summary>
    /// <param name="problem">Why there is none; null also where none is wanted.</param>
    public FlightRecorder? Open(int slots, out string? problem)
    {
        problem = null;
        return _own ??= directory is null || !OperatingSystem.IsLinux() ? null : FlightRecorder.Create(FileOf(directory, owner), owner, slots, out problem);
    }

    /// <summary>After a run. A run that ended without recording everything leaves the recorder for the next, and its file as evidence.</summary>
    public void Close()
    {
        if (_own is { IsEmpty: true })
        {
            _own.Dispose();
            _own = null;
        }
    }

    /// <summary>Recorders whose workers are gone for good. Each is locked, so that nobody else reads it, until it is disposed.</summary>
    public IReadOnlyList<LostRecorder> FindLost()
    {
        var lost = new List<LostRecorder>();
        if (directory is null || !Directory.Exists(directory))
        {
            return lost;
        }

        foreach (var file in Directory.EnumerateFiles(directory, "*" + Suffix))
        {
            if (file != FileOf(directory, owner) && LostRecorder.TryOpen(file) is { } recorder)
            {
                if (recorder.Reading is { } reading && !WorkerIdentity.IsKnownGone(reading.Owner))
                {
                    recorder.Release(remove: !WorkerIdentity.IsOfThisBoot(reading.Owner) && recorder.Age(time.GetUtcNow()) > Keeping);
                }
                else
                {
                    lost.Add(recorder);
                }
            }
        }

        return lost;
    }

    /// <summary>True when the worker left a recorder that is not among the found ones: it still runs, or another process is reading it now.</summary>
    public bool IsHeldElsewhere(string worker, IReadOnlyList<LostRecorder> found) =>
        directory is not null && !found.Any(f => f.Path == FileOf(directory, worker)) && File.Exists(FileOf(directory, worker));

    private static string FileOf(string directory, string worker) => Path.Combine(directory, worker[(worker.LastIndexOf('/') + 1)..] + Suffix);
}
