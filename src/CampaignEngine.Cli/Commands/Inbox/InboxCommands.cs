using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;

namespace CampaignEngine.Cli.Commands.Inbox;

/// <summary>The noun <c>inbox</c>: alone it receives, its verbs look at what arrived.</summary>
internal static class InboxCommands
{
    public static Command Create()
    {
        var command = ReceiveCommand.Create();
        command.Subcommands.Add(ListCommand.Create());
        command.Subcommands.Add(ShowCommand.Create());
        command.Subcommands.Add(CountCommand.Create());
        return command;
    }
}

/// <summary><c>--store DIR</c>: where an inbox keeps what it received.</summary>
internal sealed class StoreOption
{
    private readonly WorkspaceOption _workspace;

    private readonly Option<string?> _option = new("--store")
    {
        Description = "Folder of the received messages [default: .campaign/inbox of the workspace].",
        HelpName = "DIR",
    };

    private StoreOption(WorkspaceOption workspace) => _workspace = workspace;

    public static StoreOption AddTo(Command command)
    {
        var group = new StoreOption(WorkspaceOption.AddTo(command));
        command.Options.Add(group._option);
        return group;
    }

    public string Directory(ParseResult parsed) =>
        parsed.GetValue(_option) is { } named ? Path.GetFullPath(named) : Path.Combine(_workspace.Directory(parsed), ".campaign", "inbox");
}
