using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;

namespace CampaignEngine.Cli.Commands.Cases;

/// <summary>Replies that wait for a person.</summary>
internal static class CasesCommand
{
    public static Command Create()
    {
        var command = new Command("cases", "List replies that no rule answered, the one that waits longest first, with who is in charge and whether it is overdue. Example: campaign cases --open");
        var open = new Option<bool>("--open") { Description = "Only those that nobody has answered or closed." };
        var limit = new Option<int>("--limit") { Description = "Most cases to list.", HelpName = "N", DefaultValueFactory = static _ => 50 };
        command.Options.Add(open);
        command.Options.Add(limit);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var cases = await session.Services.Cases.ListAsync(parsed.GetValue(open), Math.Max(0, parsed.GetValue(limit)), cancellationToken);
            output.Writer(parsed, session.Services.Zone).Rows(cases.Select(c => new Row(c.CaseId, c.Channel, c.Campaign, c.OpenedAt, c.AlarmAt, c.State, c.InCharge, c.Alarm, c.FromAddress, About(c.Subject, c.Text))));
            return ExitCode.Done;
        });
        return command;
    }

    private static string About(string? subject, string text)
    {
        var line = (subject is { Length: > 0 } ? subject : text).ReplaceLineEndings(" ");
        return line.Length <= 60 ? line : line[..59] + "…";
    }

    private sealed record Row(
        long Case, string Channel, string? Campaign, DateTimeOffset OpenedAt, DateTimeOffset AlarmAt, string State, string? InCharge, string? Alarm, string From, string About);
}
