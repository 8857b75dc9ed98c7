namespace CampaignEngine.Mail.Stored;

/// <summary>A message out of a file.</summary>
public sealed record StoredMail
{
    /// <summary>Where it lies: the file's path below the folder that was read, with the name within an archive behind it.</summary>
    public required string File { get; init; }

    /// <summary>Place within the file, from 1: files in mbox form hold many.</summary>
    public required int Number { get; init; }

    /// <summary>Valid until the next message is asked for.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The message was longer than the limit; <see cref="Data"/> is its beginning.</summary>
    public bool IsCut { get; init; }
}
