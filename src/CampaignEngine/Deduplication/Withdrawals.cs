using System.Globalization;
using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Database;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Deduplication;

/// <summary>
/// The addresses for which somebody withdrew consent. Consent stands in a person's row, but what was asked to be left alone is an
/// address, which other rows may hold as well. Only the rows that withdrew are read.
/// </summary>
public sealed class Withdrawals(CustomerModel model, ContactPoints contacts, TimeZoneInfo zone)
{
    /// <summary>
    /// Puts them into the temporary table <c>withdrawn</c> of the owner's transaction. Text fields say "withdrawn"; a boolean says so by
    /// false where the channel is opt-out (where it is opt-in, false may as well mean that nobody ever asked).
    /// </summary>
    /// <param name="reader">A connection of the query role with nothing under way.</param>
    /// <returns>How many addresses; 0 also for service messages and for channels whose consent the model does not know.</returns>
    public async Task<long> StageAsync(
        NpgsqlConnection owner, NpgsqlConnection reader, CampaignDefinition campaign, Entity people, string channel, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var name in (string[])["CreateWithdrawn", "EmptyWithdrawn"])
        {
            await using var prepare = new NpgsqlCommand(SqlFile.Load<Withdrawals>(name), owner);
            await prepare.ExecuteNonQueryAsync(cancellationToken);
        }
        var contact = people.Contacts[channel];
        if (campaign.Purpose == MessagePurpose.Service || contact.Consent is not { } consent || Condition(consent, contact.OptIn) is not { } condition)
        {
            return 0;
        }

        var place = campaign.Audience.Place;
        var problems = new ProblemList();
        var binder = new ConditionBinder(model, problems);
        var withdrew = binder.BindCondition(new Written(condition, place), people);
        List<Field> fields = [people.Key, contact.Address, .. contact.More, .. people.Country is { } country ? new[] { country } : []];
        List<SelectionColumn> columns = [.. fields.Select((field, i) => new SelectionColumn(
            $"v{i + 1}",
            binder.BindExpression(new Written(field.Name, place), people) ?? throw new InvalidOperationException($"validated field cannot be bound: {problems.Items[^1]}")))];
        var statement = new SelectionCompiler(model, people, new SelectionOptions { Now = now, Zone = zone })
            .All([withdrew ?? throw new InvalidOperationException($"validated consent field cannot be bound: {problems.Items[^1]}")], [], columns);

        await using var command = statement.ToCommand(reader);
        command.CommandTimeout = 0;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var count = await CopyAsync(owner, rows, channel, 1 + contact.More.Count, people.Country is not null, cancellationToken);
        await using var analyze = new NpgsqlCommand("ANALYZE withdrawn", owner);
        await analyze.ExecuteNonQueryAsync(cancellationToken);
        return count;
    }

    private static string? Condition(Field consent, bool optIn) => consent.Type switch
    {
        FieldType.Text => $"lower({consent.Name}) = \"withdrawn\"",
        _ => optIn ? null : $"{consent.Name} = false",
    };

    private async Task<long> CopyAsync(
        NpgsqlConnection owner, NpgsqlDataReader rows, string channel, int addressFields, bool withCountry, CancellationToken cancellationToken)
    {
        await using var copy = await owner.BeginBinaryImportAsync(SqlFile.Load<Withdrawals>("CopyWithdrawn"), cancellationToken);
        copy.Timeout = TimeSpan.FromHours(12);
        long count = 0;
        while (await rows.ReadAsync(cancellationToken))
        {
            var address = string.Join('\n', Enumerable.Range(1, addressFields).Select(Text).Where(part => !string.IsNullOrWhiteSpace(part)));
            if (contacts.Normalise(channel, address, withCountry ? Text(addressFields + 1) : null).Key is not { } key)
            {
                continue;
            }

            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(key, NpgsqlDbType.Bytea, cancellationToken);
            await copy.WriteAsync(Text(0)!, NpgsqlDbType.Text, cancellationToken);
            count++;
        }
        await copy.CompleteAsync(cancellationToken);
        return count;

        string? Text(int column) => rows.IsDBNull(column) ? null : Convert.ToString(rows.GetValue(column), CultureInfo.InvariantCulture);
    }
}
