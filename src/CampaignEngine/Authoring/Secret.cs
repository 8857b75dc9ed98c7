namespace CampaignEngine.Authoring;

/// <summary>Where a value is kept that may be secret; never the secret itself. Shown as its reference, so that it cannot reach a log.</summary>
public sealed record Secret
{
    /// <summary>Name of an environment variable.</summary>
    public string? Environment { get; init; }

    /// <summary>Path of a file, relative to the workspace; its first line is the secret.</summary>
    public string? File { get; init; }

    /// <summary>The value itself, where it is no secret after all: a connection string without a password.</summary>
    public string? Literal { get; init; }

    /// <exception cref="InvalidDataException">The variable is not set or the file cannot be read.</exception>
    public string Resolve(string workspaceDirectory)
    {
        if (Literal is { } value)
        {
            return value;
        }

        if (Environment is { } name)
        {
            return System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } set ? set
                : throw new InvalidDataException($"the environment variable {name}, which engine.yaml names, is not set; set it before starting the engine");
        }

        var path = Path.GetFullPath(File!, workspaceDirectory);
        try
        {
            using var reader = new StreamReader(path);
            return reader.ReadLine() is { Length: > 0 } line ? line : throw new InvalidDataException($"the secret file {path}, which engine.yaml names, is empty");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"the secret file {path}, which engine.yaml names, cannot be read: {fault.Message}", fault);
        }
    }

    public override string ToString() => Literal ?? (Environment is null ? $"file {File}" : $"environment variable {Environment}");
}
