using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Cli.Output;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Cli.Commands.Mailings;

internal static class VerifyCommand
{
    public static Command Create()
    {
        var command = new Command(
            "verify",
            "Reconcile the send ledger, person by person. It holds that frozen = accepted + rejected + expired + skipped + cancelled + in doubt + pending, and every fact has its grant. "
            + "Exit code 1 when something does not add up. Example: campaign verify spring-tea --output json");
        var campaign = new Argument<string?>("CAMPAIGN") { Description = "Only this campaign.", Arity = ArgumentArity.ZeroOrOne };
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.Arguments.Add(campaign);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var report = await LedgerVerification.RunAsync(session.Database.Source, parsed.GetValue(campaign), cancellationToken);
            var rows = report.Mailings.Select(Row.Of).ToList();
            var writer = output.Writer(parsed, session.Services.Zone);
            if (writer.Format == OutputFormat.Json)
            {
                writer.Document(new Report(report.Balanced, rows));
            }
            else
            {
                writer.Rows(rows);
            }

            foreach (var (mailing, fault) in report.Mailings.SelectMany(m => m.Faults.Select(f => (m.Balance, f))))
            {
                await Console.Error.WriteLineAsync($"{mailing.Campaign}/{mailing.Drop}, mailing {mailing.MailingId}: {fault}");
            }

            return report.Balanced ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private sealed record Report(bool Balanced, IReadOnlyList<Row> Mailings);

    private sealed record Row(
        int Mailing, string Campaign, string Drop, string State, long Frozen, long Accepted, long Rejected, long Expired, long Skipped, long Cancelled, long InDoubt,
        long PossibleDuplicates, long Pending, bool Balanced, IReadOnlyList<string> Faults)
    {
        public static Row Of(MailingVerdict verdict)
        {
            var b = verdict.Balance;
            return new(
                b.MailingId, b.Campaign, b.Drop, b.State, b.Frozen, b.Accepted, b.Rejected, b.Expired, b.Skipped, b.Cancelled, b.InDoubt, b.PossibleDuplicates, b.Pending, verdict.Balanced, verdict.Faults);
        }
    }
}
