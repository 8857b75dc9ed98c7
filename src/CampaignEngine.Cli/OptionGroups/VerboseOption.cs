using System.CommandLine;

namespace CampaignEngine.Cli.OptionGroups;

/// <summary><c>--verbose</c>, understood by every command.</summary>
internal static class VerboseOption
{
    public static Option<bool> Instance { get; } = new("--verbose")
    {
        Description = "Show where in the program an error arose.",
        Recursive = true,
    };
}
