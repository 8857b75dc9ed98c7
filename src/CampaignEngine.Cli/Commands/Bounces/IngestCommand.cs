using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Mail.Stored;
using CampaignEngine.Tracking.Bounces;

namespace CampaignEngine.Cli.Commands.Bounces;

/// <summary><c>campaign ingest PATH</c>: stored mail → what became of our messages.</summary>
internal static class IngestCommand
{
    public static Command Create()
    {
        var command = new Command(
            "ingest",
            "Read stored mail (a file, a folder, an mbox or tar file, each also gzip) and say what became of each recipient: bounce, complaint, automatic answer. "
            + "Table: the classes with their counts; json and csv: a row for each recipient. Example: campaign ingest /var/mail/bounces --output json");
        var path = new Argument<string>("PATH") { Description = "File or folder." };
        command.Arguments.Add(path);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var source = parsed.GetValue(path)!;
            if (!File.Exists(source) && !Directory.Exists(source))
            {
                throw CommandException.Invalid($"{source} does not exist");
            }

            var counts = new Dictionary<string, (BounceGroup Group, bool Hard, int Recipients)>(StringComparer.Ordinal);
            var mails = 0;
            try
            {
                await output.Writer(parsed).StreamAsync(RowsAsync(cancellationToken), () => counts.OrderByDescending(c => c.Value.Recipients).Select(c => new Count(c.Key, c.Value.Group, c.Value.Hard, c.Value.Recipients)));
            }
            catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                throw new CommandException(ExitCode.Failed, fault.Message, fault);
            }

            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{mails:N0} mails, {counts.Values.Sum(c => c.Recipients):N0} recipients"));
            return ExitCode.Done;

            async IAsyncEnumerable<BounceRow> RowsAsync([EnumeratorCancellation] CancellationToken stop)
            {
                var intake = new BounceFiles(BounceRules.BuiltIn);
                await foreach (var (mail, rows) in intake.ReadAsync(source, stop))
                {
                    mails++;
                    foreach (var row in rows)
                    {
                        counts[row.Class] = (row.Group, row.Hard, counts.GetValueOrDefault(row.Class).Recipients + 1);
                        yield return row;
                    }
                }
            }
        });
        return command;
    }

    private sealed record Count(string Class, BounceGroup Group, bool Hard, int Recipients);
}
