using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Tracking.ShortMessages;

namespace CampaignEngine.Cli.Commands.Replies;

/// <summary>What people wrote back by SMS.</summary>
internal static class RepliesCommand
{
    public static Command Create()
    {
        var command = new Command("replies", "List what people answered to SMS, newest first; what is no word of command waits for a person. Example: campaign replies --action none");
        var action = new Option<string?>("--action") { Description = "Only answers that asked for this.", HelpName = "none|stop|start|help" };
        action.AcceptOnlyFromAmong("none", "stop", "start", "help");
        var limit = new Option<int>("--limit") { Description = "Most answers to list.", HelpName = "N", DefaultValueFactory = static _ => 50 };
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.Options.Add(action);
        command.Options.Add(limit);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var messages = new InboundMessages(session.Database.Source, session.Model, session.Services.Contacts, session.Services.ReplyDesk, session.TimeProvider);
            output.Writer(parsed).Rows(await messages.ListAsync(parsed.GetValue(action), Math.Max(0, parsed.GetValue(limit)), cancellationToken));
            return ExitCode.Done;
        });
        return command;
    }
}
