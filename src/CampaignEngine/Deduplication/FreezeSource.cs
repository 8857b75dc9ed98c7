using System.Globalization;
using System.Runtime.CompilerServices;
using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Database;
using CampaignEngine.Planning;
using CampaignEngine.Rendering;
using CampaignEngine.Scheduling;
using CampaignEngine.Tracking.Machines;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Deduplication;

/// <summary>A list made when a recurring drop fell due; <paramref name="Because"/> says why it must be held, null when it may go.</summary>
public sealed record DriftedList(long ListId, string? Because);

/// <summary>What a freeze asks the customer database: a list of its own, people read again, or who must leave a list that was made earlier.</summary>
public sealed class FreezeSource(EngineDatabase database, CustomerModel model, ListMaker lists, ContactPoints contacts, TimeZoneInfo zone, MachineSweep machines)
{
    private const int Page = 20_000;

    /// <summary>The list of a recurring drop under its approved definition, compared in size with the plan's forecast.</summary>
    public async Task<DriftedList> MakeListAsync(
        NpgsqlConnection connection, CampaignDefinition campaign, MailingContent content, long planId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await lists.RefreshAsync(cancellationToken);
        var list = await lists.MakeAsync(connection, campaign, Bind(campaign), content, now, read: null, cancellationToken);
        var planned = await connection.ExecuteScalarAsync<string>(new CommandDefinition(
            SqlFile.Load<FreezeSource>("PlanDocument"), new { plan = planId }, cancellationToken: cancellationToken)) ?? "";
        var forecast = PlanDocument.FromJson(planned).Net;
        var drift = forecast == 0 ? (list.Net == 0 ? 0 : 1) : Math.Abs(list.Net - forecast) / (decimal)forecast;
        return new DriftedList(list.ListId, drift <= campaign.Audience.Drift.Fraction ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"the list has {list.Net} people, the plan forecast {forecast}: {drift:P0} apart, audience.drift allows {campaign.Audience.Drift}"));
    }

    /// <summary>Addresses, consents and the drop's <c>only:</c> as they are now, for the people the plan's list contacts.</summary>
    /// <param name="part">test or remainder: only these; null: all.</param>
    public async Task ReadAgainAsync(
        NpgsqlConnection connection, int mailing, long list, string? part, CampaignDefinition campaign, DropDefinition drop,
        SendingHours hours, DateTimeOffset due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var audience = Bind(campaign);
        // The layout of a campaign whose only drop is this one: its channel leads.
        var alone = campaign with { Drops = [drop], Audience = campaign.Audience with { Dedupe = [], Survivor = [], Limit = null } };
        var layout = new CandidateLayout(alone, model, audience.People);
        var maker = new CandidateMaker(layout, alone, contacts, cells: null);
        var compiler = new SelectionCompiler(model, audience.People, new SelectionOptions
        {
            Now = now, Zone = zone, CampaignScope = campaign.Name, ConversionWindow = campaign.Response.Window,
            Conversion = campaign.Response.Counts.Contains("conversion") ? audience.Conversion : null,
        });
        var columns = lists.Columns(layout.Expressions, audience.People);
        List<BoundCondition> only = audience.Only.TryGetValue(drop.Name, out BoundCondition? condition) ? [condition] : [];

        // Who "responded" must not be a scanner: its marks are brought up to date first.
        if (only.Count > 0)
        {
            await machines.RunOnceAsync(cancellationToken);
        }

        await using var reader = await database.QuerySource.OpenConnectionAsync(cancellationToken);
        var withdrawals = await new Withdrawals(model, contacts, zone).StageAsync(connection, reader, alone, audience.People, drop.Channel, now, cancellationToken);
        await foreach (var people in PagesAsync(connection, list, part, cancellationToken))
        {
            var statement = compiler.Waterfall(only, [], columns, [.. people.Select(p => p.CustomerKey)]);
            var read = await ReadAsync(reader, statement, maker, layout.Expressions.Count, cancellationToken);
            await StoreAsync(connection, mailing, people, read, drop.Schedule, hours, due, cancellationToken);
        }

        if (withdrawals > 0)
        {
            await RunAsync(connection, "FreezeWithdrawn", mailing, cancellationToken);
        }
    }

    /// <summary>
    /// Takes out of the mailing whom the customer database no longer has, and who no longer consents: days may lie between the plan that made the list and its
    /// launch. Addresses, cells and conditions stay as planned.
    /// </summary>
    /// <param name="part">test or remainder: only these; null: all.</param>
    public async Task CheckAgainAsync(
        NpgsqlConnection connection, int mailing, long list, string? part, CampaignDefinition campaign, DropDefinition drop, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var people = Bind(campaign).People;
        var contact = people.Contacts[drop.Channel];
        var consent = campaign.Purpose == MessagePurpose.Service ? null : contact.Consent;
        var columns = lists.Columns(consent is null ? [] : [new Written(consent.Name, campaign.Audience.Place)], people);
        var compiler = new SelectionCompiler(model, people, new SelectionOptions { Now = now, Zone = zone });
        await using var reader = await database.QuerySource.OpenConnectionAsync(cancellationToken);
        var withdrawals = await new Withdrawals(model, contacts, zone).StageAsync(connection, reader, campaign, people, drop.Channel, now, cancellationToken);
        await foreach (var page in PagesAsync(connection, list, part, cancellationToken))
        {
            var reasons = page.ToDictionary(p => p.CustomerKey, _ => (string?)Reason.Gone, StringComparer.Ordinal);
            await using (var command = compiler.Waterfall([], [], columns, reasons.Keys).ToCommand(reader))
            {
                command.CommandTimeout = 0;
                await using var rows = await command.ExecuteReaderAsync(cancellationToken);
                while (await rows.ReadAsync(cancellationToken))
                {
                    reasons[rows.GetString(0)] = consent is null || CandidateMaker.Consents(rows.IsDBNull(2) ? null : rows.GetValue(2), contact.OptIn) ? null : Reason.NoConsent;
                }
            }

            await ExcludeAsync(connection, mailing, reasons.Select(r => (r.Key, r.Value)), cancellationToken);
        }

        await RunAsync(connection, "FreezeExcluded", mailing, cancellationToken);
        if (withdrawals > 0)
        {
            await RunAsync(connection, "FreezeWithdrawn", mailing, cancellationToken);
        }
    }

    private static async IAsyncEnumerable<List<(string CustomerKey, string? Cell)>> PagesAsync(
        NpgsqlConnection connection, long list, string? part, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var after = ""; ;)
        {
            List<(string CustomerKey, string? Cell)> people = [.. await connection.QueryAsync<(string, string?)>(new CommandDefinition(
                SqlFile.Load<FreezeSource>("ReadContactKeys"), new { list, part, after, page = Page }, commandTimeout: 0, cancellationToken: cancellationToken))];
            if (people.Count == 0)
            {
                yield break;
            }

            after = people[^1].CustomerKey;
            yield return people;
        }
    }

    private static async Task<List<Candidate>> ReadAsync(
        NpgsqlConnection reader, SelectionStatement statement, CandidateMaker maker, int columns, CancellationToken cancellationToken)
    {
        var read = new List<Candidate>();
        var values = new object?[columns];
        await using var command = statement.ToCommand(reader);
        command.CommandTimeout = 0;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            for (var i = 0; i < columns; i++)
            {
                values[i] = rows.IsDBNull(i + 2) ? null : rows.GetValue(i + 2);
            }

            read.Add(maker.Make(rows.GetString(0), rows.GetInt16(1), values));
        }
        return read;
    }

    private async Task StoreAsync(
        NpgsqlConnection connection, int mailing, List<(string CustomerKey, string? Cell)> people, List<Candidate> read,
        ScheduleDefinition schedule, SendingHours hours, DateTimeOffset due, CancellationToken cancellationToken)
    {
        var cells = people.ToDictionary(p => p.CustomerKey, p => p.Cell, StringComparer.Ordinal);
        await using (NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync(SqlFile.Load<FreezeSource>("CopyFrozen"), cancellationToken))
        {
            foreach (var person in read.Where(p => p is { Failed: 0, Problem: null }))
            {
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(person.CustomerKey, NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync(person.RecipientKey!, NpgsqlDbType.Bytea, cancellationToken);
                await copy.WriteAsync(person.Address!, NpgsqlDbType.Text, cancellationToken);
                if (cells[person.CustomerKey] is { } cell)
                {
                    await copy.WriteAsync(cell, NpgsqlDbType.Text, cancellationToken);
                }
                else
                {
                    await copy.WriteNullAsync(cancellationToken);
                }

                var personZone = person.TimeZone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(person.TimeZone, out TimeZoneInfo? found) ? found : null;
                await copy.WriteAsync(NotBefore(schedule, hours, due, personZone).UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
                if (personZone is not null && hours.AskForZones)
                {
                    await copy.WriteAsync(person.TimeZone!, NpgsqlDbType.Text, cancellationToken);
                }
                else
                {
                    await copy.WriteNullAsync(cancellationToken);
                }
            }
            await copy.CompleteAsync(cancellationToken);
        }

        var present = read.ToDictionary(p => p.CustomerKey, StringComparer.Ordinal);
        await ExcludeAsync(connection, mailing, people.Select(p => (p.CustomerKey,
            !present.TryGetValue(p.CustomerKey, out Candidate person) ? Reason.Gone : person.Failed != 0 ? Reason.OnlyNotMet : person.Problem)), cancellationToken);
    }

    // Without a reason nobody is left out.
    private static async Task ExcludeAsync(NpgsqlConnection connection, int mailing, IEnumerable<(string CustomerKey, string? Reason)> people, CancellationToken cancellationToken)
    {
        await using var excluded = await connection.BeginBinaryImportAsync(SqlFile.Load<FreezeSource>("CopyExcluded"), cancellationToken);
        foreach ((var key, var reason) in people)
        {
            if (reason is null)
            {
                continue;
            }

            await excluded.StartRowAsync(cancellationToken);
            await excluded.WriteAsync(mailing, NpgsqlDbType.Integer, cancellationToken);
            await excluded.WriteAsync(key, NpgsqlDbType.Text, cancellationToken);
            await excluded.WriteAsync(reason, NpgsqlDbType.Text, cancellationToken);
        }
        await excluded.CompleteAsync(cancellationToken);
    }

    private static Task RunAsync(NpgsqlConnection connection, string name, int mailing, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(SqlFile.Load<FreezeSource>(name), new { mailing }, commandTimeout: 0, cancellationToken: cancellationToken));

    private DateTimeOffset NotBefore(ScheduleDefinition schedule, SendingHours hours, DateTimeOffset due, TimeZoneInfo? personZone)
    {
        var start = DropTimes.NotBefore(schedule, due, zone, personZone);
        return hours.NextOpening(start, personZone ?? zone) ?? start;
    }

    private BoundAudience Bind(CampaignDefinition campaign)
    {
        var problems = new ProblemList();
        return BoundAudience.Bind(campaign, model, problems)
            ?? throw new InvalidOperationException($"the approved definition of '{campaign.Name}' no longer fits the model: {problems.Items[0]}");
    }
}
