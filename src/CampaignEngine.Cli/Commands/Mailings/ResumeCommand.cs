using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Dispatching;
using CampaignEngine.Dispatching.Braking;

namespace CampaignEngine.Cli.Commands.Mailings;

internal static class ResumeCommand
{
    public static Command Create()
    {
        var command = new Command("resume", "Go on sending what was paused, by somebody or by a brake. Example: campaign resume spring-tea, or: campaign resume --route relay");
        var campaign = new Argument<string?>("CAMPAIGN") { Description = "The campaign's name.", Arity = ArgumentArity.ZeroOrOne };
        var drop = new Argument<string?>("DROP") { Description = "Only this drop; a brake of the campaign stays.", Arity = ArgumentArity.ZeroOrOne };
        command.Arguments.Add(campaign);
        command.Arguments.Add(drop);
        Option<string?>[] braked =
        [
            new("--route") { Description = "End the brake of this route.", HelpName = "NAME" },
            new("--sender") { Description = "End the brake of this sender.", HelpName = "NAME" },
            new("--provider") { Description = "End the brake of this mailbox provider.", HelpName = "NAME" },
        ];
        foreach (var option in braked)
        {
            command.Options.Add(option);
        }

        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (named, only) = (parsed.GetValue(campaign), parsed.GetValue(drop));
            var subjects = braked.Where(o => parsed.GetValue(o) is not null).Select(o => $"{o.Name[2..]}:{parsed.GetValue(o)}").ToList();
            if (named is null && subjects.Count == 0)
            {
                throw CommandException.Invalid("name a campaign, or what a brake has paused: --route, --sender or --provider");
            }

            if (named is not null && only is null)
            {
                subjects.Add($"campaign:{named}");
            }

            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var source = session.Database.Source;
            var lifted = await BrakeControl.LiftAsync(source, [.. subjects], cancellationToken);
            var changed = named is null ? [] : await MailingControl.ResumeAsync(source, named, only, cancellationToken);
            if (named is not null && changed.Count == 0)
            {
                await CampaignArguments.RequireAsync(source, named, only, cancellationToken);
            }

            foreach (var subject in lifted)
            {
                await Console.Error.WriteLineAsync($"the brake of {subject.Replace(':', ' ')} is released");
            }

            if (changed.Count + lifted.Count == 0)
            {
                await Console.Error.WriteLineAsync(named is null ? "nothing to resume: no such brake holds anything back" : "nothing to resume: no such mailing is paused");
            }

            output.Writer(parsed).Rows(changed);
            return ExitCode.Done;
        });
        return command;
    }
}
