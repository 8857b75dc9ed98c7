using System.CommandLine;
using System.Globalization;
using CampaignEngine.Authoring;

namespace CampaignEngine.Cli.Commands.Report;

/// <summary>What every report command asks for, and how its answers become faults.</summary>
internal static class ReportArguments
{
    public static Option<string?> AsOf() =>
        new("--as-of") { Description = "Count only what was known then: a day (its end, in the zone of engine.yaml) or an instant [default: now].", HelpName = "DATE" };

    /// <summary>The moment of a report.</summary>
    public static DateTimeOffset Moment(string? written, WorkspaceSession session)
    {
        if (written is null)
        {
            return session.TimeProvider.GetUtcNow();
        }

        if (DateOnly.TryParseExact(written, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            var midnight = day.AddDays(1).ToDateTime(TimeOnly.MinValue);
            return new DateTimeOffset(midnight, session.Services.Zone.GetUtcOffset(midnight)).AddMicroseconds(-1);
        }

        return DateTimeOffset.TryParse(written, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant
            : throw CommandException.Invalid($"--as-of '{written}' is neither a day such as 2026-03-31 nor an instant such as 2026-03-31T12:00:00Z");
    }

    /// <summary>What was asked about a campaign.</summary>
    /// <exception cref="CommandException">It cannot be reported, or there is no such campaign.</exception>
    public static async Task<T> AskAsync<T>(string campaign, Func<ProblemList, Task<T?>> ask)
        where T : class
    {
        var problems = new ProblemList();
        var answer = await ask(problems);
        return problems.HasErrors ? throw WorkspaceSession.Invalid(problems)
            : answer ?? throw CommandException.Failed($"campaign '{campaign}' has no mailing yet, so there is nothing to report; launch it first, or see 'campaign report --all' for the names");
    }
}
