using System.Globalization;
using System.Text;
using System.Text.Json;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Database;
using CampaignEngine.Rendering;
using Dapper;
using Npgsql;

namespace CampaignEngine.Reporting.Winners;

/// <summary>How a decision ended.</summary>
public enum Decided
{
    /// <summary>It stands.</summary>
    Done,

    /// <summary>The campaign has no remainder that was ever frozen.</summary>
    NoTest,

    /// <summary>It was decided before, here or by another node.</summary>
    Before,

    /// <summary>No tested cell has that name.</summary>
    NoSuchCell,
}

/// <summary>
/// Decides what the remainder of a test gets: by the campaign's rule when its time has come, or as a person says. Each remainder is decided once, in one
/// transaction that releases it.
/// </summary>
public sealed class TestReferee(EngineDatabase database, CampaignReports reports, TimeProvider clock, Action<string> say)
{
    // A test with a sample is counted anew this often before its time.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(1);
    private readonly Dictionary<long, DateTimeOffset> _looked = [];

    /// <summary>Decides every test whose time has come; returns how many.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var decided = 0;
        foreach (var waiting in await ReadAsync(null, cancellationToken))
        {
            try
            {
                decided += await DecideByRuleAsync(waiting, cancellationToken) ? 1 : 0;
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                // One campaign's trouble must not keep the others from being decided; the next run tries again.
                say($"the test of {waiting.Campaign} could not be decided: {fault.Message}");
            }
        }

        return decided;
    }

    /// <summary>A person's decision: a cell, nothing (<paramref name="cell"/> null), or that the rule no longer decides.</summary>
    /// <param name="stop">The rule no longer decides; the remainder waits for a person.</param>
    public async Task<Decided> DecideAsync(string campaign, string? cell, bool stop, string by, string because, ProblemList problems, CancellationToken cancellationToken)
    {
        if (await NewestAsync(campaign, cancellationToken) is not { } waiting || Definition(waiting) is not { Test: not null } definition)
        {
            return Decided.NoTest;
        }

        if (cell is not null && definition.Cells.All(c => c.Name != cell))
        {
            return Decided.NoSuchCell;
        }

        if ((await reports.CountAsync(campaign, clock.GetUtcNow(), problems, cancellationToken))?.Test is not { Standing: var standing })
        {
            return Decided.NoTest;
        }

        var outcome = stop ? "asked" : cell is null ? "control" : "chosen";
        return await RecordAsync(waiting, definition, new Verdict(outcome, cell, because, by), standing, cancellationToken) ? Decided.Done : Decided.Before;
    }

    private async Task<bool> DecideByRuleAsync(WaitingTest waiting, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        // Everybody of the test has been tried once first: a cell that is still being sent cannot be judged.
        if (waiting.UnderWay || Definition(waiting) is not { Test: { } test } definition)
        {
            return false;
        }

        var due = test.After.After(waiting.TestedAt) <= now;
        if (!due && (test.Sample is null || (_looked.TryGetValue(waiting.OccurrenceId, out var last) && now - last < BetweenLooks)))
        {
            return false;
        }

        _looked[waiting.OccurrenceId] = now;
        var problems = new ProblemList();
        if ((await reports.CountAsync(waiting.Campaign, now, problems, cancellationToken))?.Test is not { Standing: var standing })
        {
            throw new InvalidDataException(problems.Items.Count > 0 ? problems.Items[0].ToString() : "the campaign cannot be reported");
        }

        if (!due && standing.Answers < test.Sample)
        {
            return false;
        }

        var verdict = standing.Wins ? new Verdict("won", standing.Best, standing.Because, null) : test.Otherwise switch
        {
            WithoutWinner.First => new Verdict("first", definition.Cells[0].Name, $"no cell won ({standing.Because}), so the first one", null),
            WithoutWinner.Control => new Verdict("control", null, $"no cell won ({standing.Because}), so nobody of the remainder is contacted", null),
            _ => new Verdict("asked", null, $"no cell won ({standing.Because})", null),
        };
        if (!await RecordAsync(waiting, definition, verdict, standing, cancellationToken))
        {
            return false;
        }

        say(verdict switch
        {
            { Cell: { } cell } => $"{waiting.Campaign}: the remainder of {waiting.People.ToString("N0", CultureInfo.InvariantCulture)} people gets '{cell}': {verdict.Because}",
            { Outcome: "asked" } => $"{waiting.Campaign}: the remainder waits for you: {verdict.Because}; decide with 'campaign winner {waiting.Campaign} CELL'",
            _ => $"{waiting.Campaign}: {verdict.Because}",
        });
        return true;
    }

    private async Task<bool> RecordAsync(WaitingTest waiting, CampaignDefinition definition, Verdict verdict, TestStanding standing, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = clock.GetUtcNow();
        if (await connection.ExecuteScalarAsync<int?>(Command("LockRemainder", new { mailing = waiting.MailingId, by = verdict.By }, cancellationToken)) is null
            || await connection.ExecuteAsync(Command("RecordWinner", new
            {
                occurrence = waiting.OccurrenceId, campaign = waiting.Campaign, outcome = verdict.Outcome, cell = verdict.Cell, because = verdict.Because,
                figures = JsonSerializer.Serialize(standing, MailingContent.Json), now, by = verdict.By,
            }, cancellationToken)) == 0)
        {
            return false;
        }

        var schedule = definition.Drops[0].Schedule;
        if (verdict.Cell is { } cell)
        {
            await connection.ExecuteAsync(Command("ReleaseRemainder", new
            {
                mailing = waiting.MailingId, now, cell, expires = schedule.ExpiresAfter?.After(now).ToUniversalTime(), by_recipient = schedule is { Zone: "recipient", At: not null },
            }, cancellationToken));
        }
        else if (verdict.Outcome == "control")
        {
            await connection.ExecuteAsync(Command("DropRemainder", new { mailing = waiting.MailingId }, cancellationToken));
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private async Task<WaitingTest?> NewestAsync(string campaign, CancellationToken cancellationToken) => await ReadAsync(campaign, cancellationToken) is [var newest, ..] ? newest : null;

    private async Task<IReadOnlyList<WaitingTest>> ReadAsync(string? campaign, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        return [.. await connection.QueryAsync<WaitingTest>(Command("WaitingTests", new { campaign }, cancellationToken))];
    }

    private static CampaignDefinition? Definition(WaitingTest waiting) =>
        CampaignLoader.Load(waiting.DefinitionFile, Encoding.UTF8.GetBytes(waiting.DefinitionYaml), new ProblemList());

    private static CommandDefinition Command(string name, object parameters, CancellationToken cancellationToken) =>
        new(SqlFile.Load<TestReferee>(name), parameters, cancellationToken: cancellationToken);

    private sealed record Verdict(string Outcome, string? Cell, string Because, string? By);

    private sealed record WaitingTest
    {
        public int MailingId { get; init; }

        public long OccurrenceId { get; init; }

        public string Campaign { get; init; } = "";

        public long People { get; init; }

        public DateTimeOffset TestedAt { get; init; }

        public string DefinitionFile { get; init; } = "";

        public string DefinitionYaml { get; init; } = "";

        /// <summary>Somebody of the test was not tried yet, or is in a worker's hands.</summary>
        public bool UnderWay { get; init; }
    }
}
