namespace CampaignEngine.Customers.Import;

/// <summary>The import stopped and nothing of it was kept. The message names the file or object, the fault and what to do.</summary>
public sealed class ImportFailedException : Exception
{
    public ImportFailedException(string message)
        : base(message)
    {
    }

    public ImportFailedException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>True when the caller's input is at fault (map, file): exit code 2. False: database or disk failed.</summary>
    public bool InvalidInput { get; init; }
}
