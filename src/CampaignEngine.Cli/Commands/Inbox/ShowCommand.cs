using System.CommandLine;
using CampaignEngine.Cli.Output;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Rehearsing.Returns;

namespace CampaignEngine.Cli.Commands.Inbox;

/// <summary>One message as a person would read it, or as it came.</summary>
internal static class ShowCommand
{
    public static Command Create()
    {
        var command = new Command("show", "Show one message: headers and decoded text. Example: campaign inbox show 17 --raw");
        var number = new Argument<long>("N") { Description = "The message's number, as 'inbox list' shows it." };
        var raw = new Option<bool>("--raw") { Description = "The bytes as they came." };
        var html = new Option<bool>("--html") { Description = "The HTML part instead of the text part." };
        var store = StoreOption.AddTo(command);
        command.Arguments.Add(number);
        command.Options.Add(raw);
        command.Options.Add(html);
        command.SetAction(parsed =>
        {
            var directory = store.Directory(parsed);
            using var messages = MessageStore.Open(directory);
            if (messages?.Find(parsed.GetValue(number)) is not { } message)
            {
                throw CommandException.Invalid($"there is no message {parsed.GetValue(number)} in {directory}; 'campaign inbox list' shows what is");
            }

            var content = messages.ReadContent(message);
            if (parsed.GetValue(raw))
            {
                using var stdout = Console.OpenStandardOutput();
                stdout.Write(content);
                return ExitCode.Done;
            }

            var mail = MailReader.Read(content);
            foreach (var header in mail.Headers)
            {
                Console.Out.WriteLine($"{Terminal.Clean(header.Name)}: {Terminal.Clean(header.Value)}");
            }

            using var sent = SentBackReader.Open(directory);
            foreach (var back in sent?.Find(message.Number) ?? [])
            {
                Console.Out.WriteLine($"Sent-Back: {back.At:yyyy-MM-dd HH:mm:ss} UTC {Terminal.Clean(back.ToString())}");
            }

            Console.Out.WriteLine();
            var body = parsed.GetValue(html) ? mail.Html : mail.Text ?? mail.Html;
            foreach (var line in (body ?? "").Split('\n'))
            {
                Console.Out.WriteLine(Terminal.Clean(line.TrimEnd('\r')));
            }

            return ExitCode.Done;
        });
        return command;
    }
}
