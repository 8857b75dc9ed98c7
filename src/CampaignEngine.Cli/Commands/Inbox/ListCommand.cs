using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Mail.Receiving;

namespace CampaignEngine.Cli.Commands.Inbox;

/// <summary>What arrived, newest first.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var command = new Command("list", "List what arrived, newest first. Example: campaign inbox list --to ann@example.com");
        var limit = new Option<int>("--limit") { Description = "Most messages to list.", HelpName = "N", DefaultValueFactory = static _ => 50 };
        var to = new Option<string?>("--to") { Description = "Only messages to this address.", HelpName = "ADDRESS" };
        var store = StoreOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.Options.Add(limit);
        command.Options.Add(to);
        command.SetAction(parsed =>
        {
            using var messages = MessageStore.Open(store.Directory(parsed));
            var found = messages is null ? [] : parsed.GetValue(to) is { } address ? messages.ToRecipient(address) : messages.NewestFirst();
            output.Writer(parsed).Rows(found.Take(Math.Max(0, parsed.GetValue(limit)))
                .Select(m => new Row(m.Number, m.ReceivedAt, string.Join(", ", m.Recipients), m.Sender, m.Subject, m.MessageId, m.Size)));
            return ExitCode.Done;
        });
        return command;
    }

    private sealed record Row(long Number, DateTimeOffset ReceivedAt, string To, string Sender, string Subject, string MessageId, int Size);
}
