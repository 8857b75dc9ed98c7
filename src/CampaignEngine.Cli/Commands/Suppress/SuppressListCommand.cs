using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Deduplication;

namespace CampaignEngine.Cli.Commands.Suppress;

internal static class SuppressListCommand
{
    public static Command Create()
    {
        var command = new Command("list", "Show do-not-contact entries, the newest first, or those of one address. Addresses are kept as keyed hashes and cannot be listed. Example: campaign suppress list --address anna@example.com");
        var address = new Option<string?>("--address") { Description = "Show the entries of this address only.", HelpName = "ADDRESS" };
        var channel = new Option<string?>("--channel") { Description = "Show this channel only (with --address: email unless given).", HelpName = "email|sms|print|call" };
        channel.AcceptOnlyFromAmong(SuppressTarget.Channels);
        var count = new Option<int>("--count") { Description = "Entries at most.", HelpName = "N", DefaultValueFactory = static _ => 50 };
        command.Options.Add(address);
        command.Options.Add(channel);
        command.Options.Add(count);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var wanted = parsed.GetValue(channel);
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var key = parsed.GetValue(address) is { } text ? SuppressTarget.KeyOf(text, wanted ?? "email", session) : null;
            var list = new Suppressions(session.Database.Source);
            output.Writer(parsed, session.Services.Zone).Rows(key is null
                ? await list.LatestAsync(wanted, Math.Max(1, parsed.GetValue(count)), cancellationToken)
                : await list.FindAsync(key, wanted ?? "email", cancellationToken));
            return ExitCode.Done;
        });
        return command;
    }
}
