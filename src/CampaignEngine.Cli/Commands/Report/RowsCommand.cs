using System.CommandLine;
using System.Globalization;
using CampaignEngine.Authoring;
using CampaignEngine.Cli.OptionGroups;

namespace CampaignEngine.Cli.Commands.Report;

/// <summary><c>campaign rows ID</c>.</summary>
internal static class RowsCommand
{
    public static Command Create()
    {
        var command = new Command("rows", "Print the people or orders behind a figure of a report page, with the times that made them count. Example: campaign rows k3vqz7m2w9xa --output csv");
        var id = new Argument<string>("ID") { Description = "The twelve letters and digits that the figure leads to." };
        command.Arguments.Add(id);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        var file = FileOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var (asked, problems) = (parsed.GetValue(id)!, new ProblemList());
            var found = await session.Services.Reports.RowsAsync(asked, problems, cancellationToken);
            var rows = problems.HasErrors ? throw WorkspaceSession.Invalid(problems)
                : found ?? throw CommandException.Failed($"there is no figure '{asked}' here; ids are made by 'campaign report CAMPAIGN --output html', in the same database");
            file.Write(parsed, stream => output.Writer(parsed, session.Services.Zone, stream).Rows(rows.Rows));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows.Query.Campaign} as of {rows.Query.AsOf:yyyy-MM-dd HH:mm} UTC, {rows.Query}: {rows.Figure:0.####}"));
            if (rows.Figure != rows.Stored)
            {
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the page has {rows.Stored:0.####}: since then the customer database has changed its past, or more clicks were found to be a machine's"));
            }

            return ExitCode.Done;
        });
        return command;
    }
}
