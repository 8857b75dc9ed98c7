using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Scheduling;

namespace CampaignEngine.Cli.Commands.Mailings;

internal static class HeldCommand
{
    public static Command Create()
    {
        var command = new Command(
            "held",
            "List due times that were found too late or whose list has drifted, or decide about them: send, or skip. A decision is final. "
            + "Example: campaign held weekly --decide send --occurrence 17 --because \"the outage is over\"");
        var campaign = new Argument<string?>("CAMPAIGN") { Description = "Only this campaign; needed for a decision.", Arity = ArgumentArity.ZeroOrOne };
        var decide = new Option<string?>("--decide") { Description = "The decision.", HelpName = "send|skip" };
        var occurrence = new Option<long?>("--occurrence") { Description = "The due time's number, as the list shows it.", HelpName = "N" };
        var all = new Option<bool>("--all") { Description = "Decide every held due time of the campaign." };
        var because = new Option<string?>("--because") { Description = "Why; kept with the decision.", HelpName = "TEXT" };
        decide.AcceptOnlyFromAmong("send", "skip");
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.Arguments.Add(campaign);
        foreach (var option in (Option[])[decide, occurrence, all, because])
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetValue(campaign);
            var word = parsed.GetValue(decide);
            if (word is not null && (name is null || parsed.GetValue(because) is not { Length: > 0 } || (parsed.GetValue(occurrence) is null == !parsed.GetValue(all))))
            {
                throw CommandException.Invalid("a decision needs the campaign, --occurrence N or --all, and --because TEXT, which is kept with it");
            }

            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var writer = output.Writer(parsed, session.Services.Zone);
            if (word is null)
            {
                writer.Rows(await HeldDueTimes.ListAsync(session.Database.Source, name, cancellationToken));
                return ExitCode.Done;
            }

            var decided = await HeldDueTimes.DecideAsync(
                session.Database.Source, name!, parsed.GetValue(occurrence), word == "send", Environment.UserName, parsed.GetValue(because)!, cancellationToken);
            writer.Rows(decided.Count > 0 ? decided : throw CommandException.Invalid($"no such due time is held; 'campaign held {name}' lists those that are"));
            return ExitCode.Done;
        });
        return command;
    }
}
