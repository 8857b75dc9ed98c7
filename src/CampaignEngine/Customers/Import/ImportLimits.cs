namespace CampaignEngine.Customers.Import;

/// <summary>What an imported file may ask of memory and time. A record beyond its limits is a reject; a file beyond them stops the import.</summary>
public sealed record ImportLimits
{
    /// <summary>Longest record in characters, quoted line breaks included. Default 1,048,576.</summary>
    public int RecordLength { get; init; } = 1024 * 1024;

    /// <summary>Longest field in characters. Default 262,144.</summary>
    public int FieldLength { get; init; } = 256 * 1024;

    /// <summary>Most columns in the header. Default 2,000.</summary>
    public int Columns { get; init; } = 2000;

    /// <summary>Most unpacked bytes for one packed byte; counted after the first 16 MiB. Default 300 (real tables stay under 60).</summary>
    public int UnpackRatio { get; init; } = 300;

    /// <summary>Most unpacked bytes of a packed file. Default 256 GiB.</summary>
    public long UnpackedBytes { get; init; } = 256L * 1024 * 1024 * 1024;
}
