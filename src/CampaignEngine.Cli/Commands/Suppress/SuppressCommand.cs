using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Deduplication;

namespace CampaignEngine.Cli.Commands.Suppress;

internal static class SuppressCommand
{
    public static Command Create()
    {
        var command = new Command("suppress", "Never write to an address again. Example: campaign suppress anna@example.com --because \"asked on the phone\"");
        var address = new Argument<string>("ADDRESS") { Description = "E-mail address, phone number, or postal address." };
        var channel = new Option<string>("--channel") { Description = "Channel to stop.", HelpName = "email|sms|print|call", DefaultValueFactory = static _ => "email" };
        channel.AcceptOnlyFromAmong(SuppressTarget.Channels);
        var scope = new Option<string>("--scope") { Description = "How far it reaches: global, brand:NAME or campaign:NAME.", HelpName = "SCOPE", DefaultValueFactory = static _ => "global" };
        var because = new Option<string>("--because") { Description = "Who asked, and where: kept with the entry.", HelpName = "TEXT", Required = true };
        command.Arguments.Add(address);
        command.Options.Add(channel);
        command.Options.Add(scope);
        command.Options.Add(because);
        command.Subcommands.Add(SuppressListCommand.Create());
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var key = SuppressTarget.KeyOf(parsed.GetValue(address)!, parsed.GetValue(channel)!, session);
            var entry = new SuppressionEntry(parsed.GetValue(channel)!, Scope(parsed.GetValue(scope)!), "operator", session.TimeProvider.GetUtcNow(), parsed.GetValue(because)!);
            var added = await new Suppressions(session.Database.Source).AddAsync(key, entry, cancellationToken);
            output.Writer(parsed).Document(new Result(entry.Channel, entry.Scope, added ? "suppressed" : "was suppressed already"));
            return ExitCode.Done;
        });
        return command;
    }

    private static string Scope(string written) =>
        written == "global" || written.StartsWith("brand:", StringComparison.Ordinal) && written.Length > 6 || written.StartsWith("campaign:", StringComparison.Ordinal) && written.Length > 9
            ? written
            : throw CommandException.Invalid($"--scope '{written}' is not known; write global, brand:NAME or campaign:NAME");

    private sealed record Result(string Channel, string Scope, string Outcome);
}
