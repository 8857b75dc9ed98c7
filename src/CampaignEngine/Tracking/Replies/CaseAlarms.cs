using System.Globalization;
using System.Text;
using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Tracking.Replies;

/// <summary>
/// Tells whoever is in charge of cases that wait too long: one mail a person and sweep, each case once. The mail is asked for in the transaction that notes the
/// cases, so it can neither be lost nor doubled.
/// </summary>
public sealed class CaseAlarms(NpgsqlDataSource database, ReplySettings settings, TimeZoneInfo zone, TimeProvider clock)
{
    private const int Shown = 50;

    /// <summary>Returns how many cases were told of.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var overdue = (await connection.QueryAsync<Overdue>(Command("OverdueCases", new { now }, cancellationToken))).AsList();
        foreach (var person in overdue.GroupBy(c => c.InCharge))
        {
            var cases = person.ToList();
            var mail = new
            {
                kind = "alarm",
                channel = "email",
                inbound = (long?)null,
                rule = (string?)null,
                key = (byte[]?)null,
                at = now,
                zone = zone.Id,
                route = (string?)null,
                sender = settings.Sender,
                address = person.Key,
                subject = string.Create(CultureInfo.InvariantCulture, $"{Counted(cases.Count)} longer than {Hours(settings.AlarmAfter)}"),
                body = Text(cases),
                by = (string?)null,
            };
            var answer = await connection.ExecuteScalarAsync<long>(Command("AskAnswer", mail, cancellationToken));
            await connection.ExecuteAsync(Command("NoteAlarm", new { answer, cases = cases.Select(c => c.CaseId).ToArray() }, cancellationToken));
        }

        await transaction.CommitAsync(cancellationToken);
        return overdue.Count;
    }

    private static string Counted(int count) => count == 1 ? "1 reply waits" : string.Create(CultureInfo.InvariantCulture, $"{count} replies wait");

    private static string Hours(TimeSpan time) => time.TotalHours == 1 ? "1 hour" : time.TotalMinutes % 60 == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0} hours") : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} minutes");

    private string Text(List<Overdue> cases)
    {
        var text = new StringBuilder("Nobody has answered yet:\n\n");
        foreach (var waiting in cases.Take(Shown))
        {
            text.Append(CultureInfo.InvariantCulture, $"case {waiting.CaseId}, {waiting.Channel}, {waiting.Campaign ?? "no campaign"}, since {TimeZoneInfo.ConvertTime(waiting.OpenedAt, zone):yyyy-MM-dd HH:mm}: {waiting.About.ReplaceLineEndings(" ")}\n");
        }

        return text.Append(cases.Count > Shown ? string.Create(CultureInfo.InvariantCulture, $"and {cases.Count - Shown} more\n") : "")
            .Append("\nRead one with 'campaign case show N', answer it with 'campaign case answer N', or close it with 'campaign case close N'.\n").ToString();
    }

    private static CommandDefinition Command(string name, object parameters, CancellationToken cancellationToken) => new(SqlFile.Load<CaseAlarms>(name), parameters, cancellationToken: cancellationToken);

    private sealed record Overdue(long CaseId, string InCharge, DateTimeOffset OpenedAt, string Channel, string? Campaign, string About);
}
