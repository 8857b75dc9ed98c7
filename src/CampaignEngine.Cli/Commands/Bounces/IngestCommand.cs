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
            "Read stored mail (a file, a folder, an mbox or tar file, each also gzip): bounces, complaints and automatic answers are classified, recorded, and followed by what engine.yaml says. "
            + "Reading the same mail again changes nothing. Table: the classes with their counts; json and csv: a row for each recipient. Example: campaign ingest /var/mail/bounces --output json");
        var path = new Argument<string>("PATH") { Description = "File or folder." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Classify, and record nothing." };
        command.Arguments.Add(path);
        command.Options.Add(dryRun);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var source = parsed.GetValue(path)!;
            if (!File.Exists(source) && !Directory.Exists(source))
            {
                throw CommandException.Invalid($"{source} does not exist");
            }

            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var rules = await session.Services.BounceReview.RulesAsync(cancellationToken);
            var files = new BounceFiles(session.Services.BounceIntake(rules), parsed.GetValue(dryRun) ? null : session.Services.BounceStore);
            var counts = new Dictionary<string, Count>(StringComparer.Ordinal);
            try
            {
                await output.Writer(parsed).StreamAsync(RowsAsync(cancellationToken), () => counts.Values.OrderByDescending(c => c.Recipients));
            }
            catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                throw new CommandException(ExitCode.Failed, fault.Message, fault);
            }

            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{files.Mails:N0} mails, {counts.Values.Sum(c => c.Recipients):N0} recipients, {counts.Values.Sum(c => c.Suppressed):N0} suppressed{(parsed.GetValue(dryRun) ? "; dry run: nothing was recorded" : "")}"));
            if (files.Cut > 0)
            {
                await Console.Error.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture, $"{files.Cut:N0} mails were longer than {MailFiles.LargestMessage >> 20} MiB and were read up to there"));
            }

            return ExitCode.Done;

            async IAsyncEnumerable<Row> RowsAsync([EnumeratorCancellation] CancellationToken stop)
            {
                await foreach (var (row, outcome) in files.ReadAsync(source, stop))
                {
                    var count = counts.GetValueOrDefault(row.Class) ?? new Count(row.Class, row.Group, row.Hard, 0, 0);
                    counts[row.Class] = count with { Recipients = count.Recipients + 1, Suppressed = count.Suppressed + (outcome == BounceOutcome.Suppressed ? 1 : 0) };
                    yield return new Row(
                        row.File, row.Index, row.Recipient, row.Class, row.Reason, row.Group, row.Hard, row.Status, row.ReplyCode, row.Action, row.FeedbackType,
                        parsed.GetValue(dryRun) ? null : outcome, row.Text);
                }
            }
        });
        return command;
    }

    private sealed record Count(string Class, BounceGroup Group, bool Hard, int Recipients, int Suppressed);

    private sealed record Row(
        string File, int Index, string? Recipient, string Class, string Reason, BounceGroup Group, bool Hard, string? Status, int? ReplyCode, string? Action, string? FeedbackType,
        BounceOutcome? Outcome, string Text);
}
