namespace CampaignEngine.Cli;

/// <summary>What a shell learns from a command.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The work failed, or a dependency was not there.</summary>
    public const int Failed = 1;

    /// <summary>The command line, a file or another input is not valid.</summary>
    public const int Invalid = 2;

    /// <summary>Possible, but not allowed now: needs approval, is over budget, has drifted.</summary>
    public const int Refused = 3;

    /// <summary>Ended by Ctrl-C or SIGTERM, as shells count it.</summary>
    public const int Stopped = 130;
}
