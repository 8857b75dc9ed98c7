using System.CommandLine;
using CampaignEngine.Cli.Commands.Authoring;
using CampaignEngine.Cli.Commands.Bounces;
using CampaignEngine.Cli.Commands.Campaigns;
using CampaignEngine.Cli.Commands.Cases;
using CampaignEngine.Cli.Commands.Db;
using CampaignEngine.Cli.Commands.Demo;
using CampaignEngine.Cli.Commands.Dkim;
using CampaignEngine.Cli.Commands.Doctor;
using CampaignEngine.Cli.Commands.Import;
using CampaignEngine.Cli.Commands.Inbox;
using CampaignEngine.Cli.Commands.Keycodes;
using CampaignEngine.Cli.Commands.Machines;
using CampaignEngine.Cli.Commands.Mailings;
using CampaignEngine.Cli.Commands.Query;
using CampaignEngine.Cli.Commands.Replies;
using CampaignEngine.Cli.Commands.Report;
using CampaignEngine.Cli.Commands.Serve;
using CampaignEngine.Cli.Commands.Suppress;
using CampaignEngine.Cli.OptionGroups;

namespace CampaignEngine.Cli.Commands;

/// <summary>Every command, one line each, in the order of a campaign's life.</summary>
internal static class CommandList
{
    public static RootCommand Root()
    {
        var root = new RootCommand("Plans, sends and measures direct-marketing campaigns written as YAML under git.");
        root.Options.Add(VerboseOption.Instance);
        foreach (var command in All())
        {
            root.Subcommands.Add(command);
        }

        Output.HelpText.UseFor(root);
        return root;
    }

    private static IEnumerable<Command> All() =>
    [
        InitCommand.Create(),
        DbCommands.Create(),
        DoctorCommand.Create(),
        DkimCommand.Create(),
        ValidateCommand.Create(),
        SchemaCommand.Create(),
        PreviewCommand.Create(),
        TestTemplatesCommand.Create(),
        DemoCommand.Create(),
        PlanCommand.Create(),
        RehearseCommand.Create(),
        LaunchCommand.Create(),
        WhyCommand.Create(),
        ServeCommand.Create(),
        SuppressCommand.Create(),
        IngestCommand.Create(),
        BouncesCommands.Create(),
        RepliesCommand.Create(),
        CasesCommand.Create(),
        CaseCommands.Create(),
        KeycodeCommand.Create(),
        MachinesCommand.Create(),
        ReportCommand.Create(),
        RowsCommand.Create(),
        ImportCommand.Create(),
        ImportHistoryCommand.Create(),
        ImportResponsesCommand.Create(),
        RemoveHistoryCommand.Create(),
        QueryCommand.Create(),
        InboxCommands.Create(),
        WorkerCommand.Create(),
        Mailings.StatusCommand.Create(),
        PauseCommand.Create(),
        ResumeCommand.Create(),
        CancelCommand.Create(),
        DoubtsCommand.Create(),
        HeldCommand.Create(),
        WinnerCommand.Create(),
        VerifyCommand.Create(),
    ];
}
