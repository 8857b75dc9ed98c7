using System.CommandLine;
using System.Globalization;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Cli.Output;
using CampaignEngine.Dispatching;
using CampaignEngine.Dispatching.Braking;

namespace CampaignEngine.Cli.Commands.Mailings;

internal static class StatusCommand
{
    public static Command Create()
    {
        var command = new Command("status", "Show every mailing with its people by what became of them, and the rate. Example: campaign status spring-tea --watch");
        var campaign = new Argument<string?>("CAMPAIGN") { Description = "Only this campaign.", Arity = ArgumentArity.ZeroOrOne };
        var watch = new Option<bool>("--watch") { Description = "Show what is in flight, its speed, how long it takes and what holds it up, until it has ended or Ctrl-C." };
        command.Options.Add(watch);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.Arguments.Add(campaign);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            if (parsed.GetValue(watch))
            {
                var format = output.Writer(parsed).Format;
                if (format == OutputFormat.Csv)
                {
                    throw CommandException.Invalid("--watch writes no csv; choose --output json for a JSON object a line");
                }

                await new WatchDisplay(session.Services.Watch(parsed.GetValue(campaign)), format, session.TimeProvider).RunAsync(cancellationToken);
                return ExitCode.Done;
            }

            var balances = await MailingBalance.ReadAsync(session.Database.Source, parsed.GetValue(campaign), cancellationToken);
            await using var connection = await session.Database.Source.OpenConnectionAsync(cancellationToken);
            var braked = await BrakedMailing.ReadAsync(connection, [.. balances.Select(b => b.MailingId)], session.Settings.SubjectsOf, cancellationToken);
            output.Writer(parsed, session.Services.Zone).Rows(balances.Select(b => new Row(
                b.MailingId, b.Campaign, b.Drop, b.Channel, b.State, b.DueAt, b.Frozen, b.Accepted, b.Rejected, b.Deferred, b.Skipped, b.Expired, b.Cancelled, b.InDoubt,
                b.PossibleDuplicates, b.Pending, b.Rate, b.LimitedBy, braked.GetValueOrDefault(b.MailingId)?.Describe(session.Services.Zone))));
            if (await session.Services.Cases.CountAsync(cancellationToken) is { Open: > 0 } cases)
            {
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"replies that wait for a person: {cases.Open:N0}, longer than they may: {cases.Overdue:N0}; 'campaign cases --open' lists them"));
            }

            return ExitCode.Done;
        });
        return command;
    }

    // "deferred" counts people who were told "not now" at least once; they stand in another column as well.
    private sealed record Row(
        int Mailing, string Campaign, string Drop, string Channel, string State, DateTimeOffset DueAt, long Frozen, long Accepted, long Rejected, long Deferred,
        long Skipped, long Expired, long Cancelled, long InDoubt, long PossibleDuplicates, long Pending, double Rate, string? LimitedBy, string? BrakedBy);
}
