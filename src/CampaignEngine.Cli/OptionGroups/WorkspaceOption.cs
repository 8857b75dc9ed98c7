using System.CommandLine;

namespace CampaignEngine.Cli.OptionGroups;

/// <summary><c>--workspace DIR</c>: the folder with <c>engine.yaml</c>; by default the nearest one upward from here.</summary>
internal sealed class WorkspaceOption
{
    private const string Name = "--workspace";
    private const string MarkFile = "engine.yaml";

    private readonly Option<string?> _option = new(Name)
    {
        Description = "Folder that holds engine.yaml [default: the nearest one upward].",
        HelpName = "DIR",
    };

    public static WorkspaceOption AddTo(Command command)
    {
        var group = new WorkspaceOption();
        command.Options.Add(group._option);
        return group;
    }

    /// <summary>The workspace that a command was run for, found in the same way; null when there is none or the command takes none.</summary>
    public static string? Find(ParseResult parsed) =>
        parsed.CommandResult.Command.Options.FirstOrDefault(option => option.Name == Name) is not Option<string?> option ? null
            : parsed.GetValue(option) is { } named ? Path.GetFullPath(named) : Nearest();

    /// <summary>The workspace's absolute path.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public string Directory(ParseResult parsed)
    {
        if (parsed.GetValue(_option) is { } named)
        {
            var folder = Path.GetFullPath(named);
            return File.Exists(Path.Combine(folder, MarkFile))
                ? folder
                : throw CommandException.Invalid($"'{folder}' is no workspace: it holds no {MarkFile}; 'campaign init DIR' makes one");
        }

        return Nearest() ?? throw CommandException.Invalid(
            $"no workspace here: neither '{Environment.CurrentDirectory}' nor a folder above it holds {MarkFile}; give --workspace DIR, or make one with 'campaign init DIR'");
    }

    private static string? Nearest()
    {
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, MarkFile)))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
