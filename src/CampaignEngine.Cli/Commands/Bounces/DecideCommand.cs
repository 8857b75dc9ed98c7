using System.CommandLine;
using CampaignEngine.Authoring;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Tracking.Bounces;

namespace CampaignEngine.Cli.Commands.Bounces;

internal static class DecideCommand
{
    private const int ShortestPhrase = 4;
    private const int LongestPhrase = 300;

    public static Command Create()
    {
        var command = new Command(
            "decide",
            "Say what a phrase means. It is a rule from now on, before all others, and for every text that waits; * stands for anything in between. "
            + "Example: campaign bounces decide \"mailbox * parked\" --class suspend --because \"asked their postmaster\"");
        var phrase = new Argument<string>("PHRASE") { Description = "Words out of the text, letter case aside, without addresses and codes." };
        var word = new Option<string>("--class") { Description = "Class of bounce-classes.yaml, such as userunknown or blocked.", HelpName = "CLASS", Required = true };
        var because = new Option<string>("--because") { Description = "Why; kept with the rule.", HelpName = "TEXT", Required = true };
        command.Arguments.Add(phrase);
        command.Options.Add(word);
        command.Options.Add(because);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetValue(word)!;
            if (!BounceRules.BuiltIn.Decidable.TryGetValue(name, out var decided))
            {
                throw CommandException.Invalid($"--class '{Shown.Text(name)}' is not known{Suggestion.For(name, BounceRules.BuiltIn.Decidable.Keys)}; there are {string.Join(", ", BounceRules.BuiltIn.Decidable.Keys)}");
            }

            var text = parsed.GetValue(phrase)!.Trim();
            if (text.Replace("*", "", StringComparison.Ordinal).Trim().Length < ShortestPhrase || text.Length > LongestPhrase)
            {
                throw CommandException.Invalid($"a phrase has {ShortestPhrase} to {LongestPhrase} characters beside *: a shorter one would fit texts that nobody has seen yet");
            }

            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var (reports, suppressed) = await session.Services.BounceReview.DecideAsync(text, decided, Environment.UserName, parsed.GetValue(because)!, cancellationToken);
            output.Writer(parsed).Document(new Result(text, decided.Name, decided.Group, reports, suppressed));
            return ExitCode.Done;
        });
        return command;
    }

    private sealed record Result(string Phrase, string Class, BounceGroup Group, int Reports, int Suppressed);
}
