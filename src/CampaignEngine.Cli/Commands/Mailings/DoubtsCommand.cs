using System.CommandLine;
using System.Globalization;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Cli.Commands.Mailings;

internal static class DoubtsCommand
{
    public static Command Create()
    {
        var command = new Command(
            "doubts",
            "List messages whose acceptance can be neither proved nor refuted, or decide about them. The decisions are: sent (the relay's log shows it), "
            + "not-sent (it shows that it never came), resend (send again after 15 minutes, even if it arrives twice). Example: campaign doubts spring-tea --decide sent --item 17 --because \"queue id 4F2A in the relay's log\"");
        var campaign = new Argument<string>("CAMPAIGN") { Description = "The campaign's name." };
        var decide = new Option<string?>("--decide") { Description = "The decision; it is final.", HelpName = "sent|not-sent|resend" };
        var item = new Option<int?>("--item") { Description = "The item's place in its mailing, as the list shows it.", HelpName = "N" };
        var mailing = new Option<int?>("--mailing") { Description = "The mailing, where the campaign has several.", HelpName = "M" };
        var all = new Option<bool>("--all") { Description = "Decide every open doubt of the campaign; without --decide: list decided ones as well." };
        var because = new Option<string?>("--because") { Description = "Why; kept with the decision.", HelpName = "TEXT" };
        decide.AcceptOnlyFromAmong("sent", "not-sent", "resend");
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.Arguments.Add(campaign);
        foreach (var option in (Option[])[decide, item, mailing, all, because])
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetValue(campaign)!;
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var source = session.Database.Source;
            if (parsed.GetValue(decide) is not { } word)
            {
                output.Writer(parsed, session.Services.Zone).Rows((await Doubts.ListAsync(source, name, parsed.GetValue(all), cancellationToken)).Select(d => new Row(
                    d.MailingId, d.DropName, d.Ordinal, d.CustomerKey, d.Address, d.Attempt, d.Since, d.Evidence, d.Decision, d.DecidedBy, d.DecidedBecause)));
                return ExitCode.Done;
            }

            if (parsed.GetValue(because) is not { Length: > 0 } reason)
            {
                throw CommandException.Invalid("a decision needs --because TEXT: it is kept with who decided and when");
            }

            if (parsed.GetValue(item) is null && !parsed.GetValue(all))
            {
                throw CommandException.Invalid("say which doubt: --item N (and --mailing M), or --all for every open one of the campaign");
            }

            var decided = await Doubts.DecideAsync(
                source, name, parsed.GetValue(mailing), parsed.GetValue(item), Decision(word), Environment.UserName, reason, cancellationToken);
            if (decided.Count == 0)
            {
                throw CommandException.Invalid("no such doubt is open; 'campaign doubts " + name + "' lists those that are");
            }

            if (decided.Max(d => d.NotBefore) is { } latest)
            {
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"sent again by a worker from {latest.ToUniversalTime():HH:mm} UTC on"));
            }

            output.Writer(parsed, session.Services.Zone).Rows(decided);
            return ExitCode.Done;
        });
        return command;
    }

    private static DoubtDecision Decision(string word) => word switch
    {
        "sent" => DoubtDecision.Sent,
        "not-sent" => DoubtDecision.NotSent,
        _ => DoubtDecision.Resend,
    };

    private sealed record Row(
        int Mailing, string Drop, int Item, string Customer, string Address, short Attempt, DateTimeOffset Since, string Evidence, string? Decision, string? DecidedBy,
        string? DecidedBecause);
}
