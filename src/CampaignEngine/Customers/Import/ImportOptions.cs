namespace CampaignEngine.Customers.Import;

/// <summary>How one import is run.</summary>
public sealed record ImportOptions
{
    /// <summary>The first reject stops the import; nothing is kept.</summary>
    public bool Strict { get; init; }

    /// <summary>Everything is done and counted, then rolled back.</summary>
    public bool DryRun { get; init; }

    /// <summary>Where rejects go; null: beside the source, or into <see cref="RejectsFolder"/> when that cannot be written.</summary>
    public string? RejectsFile { get; init; }

    /// <summary>Folder for rejects of sources whose own folder cannot be written; null: none.</summary>
    public string? RejectsFolder { get; init; }

    public ImportLimits Limits { get; init; } = new();
}

/// <summary>How far an import is. Bytes are those on disk; while rows are merged <see cref="Merging"/> names their entity.</summary>
public readonly record struct ImportProgress(long Position, long Length, long Records, string? Merging);

/// <summary>What an import did. Records are counted without the header; every record read is either rejected or used.</summary>
public sealed record ImportResult
{
    public required long Read { get; init; }

    public required long Rejected { get; init; }

    /// <summary>Null when nothing was rejected.</summary>
    public string? RejectsFile { get; init; }

    /// <summary>Rows by entity, in the order of merging.</summary>
    public required IReadOnlyDictionary<string, ImportedRows> Entities { get; init; }

    public required double Seconds { get; init; }
}

/// <summary>Rows of the database: each key of the file is counted once.</summary>
public sealed record ImportedRows(long Inserted, long Updated, long Unchanged);
