using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Mail.Receiving;

namespace CampaignEngine.Cli.Commands.Inbox;

/// <summary>How many arrived, and whether anything arrived twice.</summary>
internal static class CountCommand
{
    public static Command Create()
    {
        var command = new Command("count", "Count what arrived: messages, different recipients, Message-IDs that came more than once.");
        var store = StoreOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(parsed =>
        {
            using var messages = MessageStore.Open(store.Directory(parsed));
            var recipients = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            var ids = new HashSet<string>(StringComparer.Ordinal);
            var (count, withId) = (0L, 0L);
            foreach (var message in messages?.OldestFirst() ?? [])
            {
                count++;
                recipients.UnionWith(message.Recipients);
                if (message.MessageId.Length > 0)
                {
                    withId++;
                    ids.Add(message.MessageId);
                }
            }

            output.Writer(parsed).Document(new Counts(count, recipients.Count, ids.Count, withId - ids.Count));
            return ExitCode.Done;
        });
        return command;
    }

    private sealed record Counts(long Count, long Recipients, long MessageIds, long RepeatedMessageIds);
}
