using System.ComponentModel.DataAnnotations;

namespace CampaignEngine.Database;

/// <summary>Where the database is and how it is used.</summary>
public sealed record DatabaseOptions
{
    /// <summary>
    /// Npgsql keywords (<c>Host=...;Database=...</c>) or a <c>postgresql://</c> address. Null: the workspace's private PostgreSQL is used.
    /// </summary>
    public string? ConnectionString { get; init; }

    /// <summary>The workspace's folder; a private cluster lives in its <c>.campaign</c> subfolder.</summary>
    [Required]
    public required string WorkspaceDirectory { get; init; }

    /// <summary>Statement timeout of <see cref="EngineDatabase.QuerySource"/>, whole milliseconds, 60 s unless set.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "24:00:00")]
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long one attempt to connect may take, 15 s unless set.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a private server stays after its last user left, so that the next command finds it running. 20 s unless set; zero stops it at once.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Receives the few lines a person should see while waiting ("creating the private database ..."). Silent unless set.</summary>
    public Action<string> Say { get; init; } = static _ => { };
}
