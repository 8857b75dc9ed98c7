using System.Globalization;
using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Tracking;

/// <summary>The language of the person behind an item, as the customer database has it.</summary>
public sealed class RecipientLanguage(NpgsqlDataSource database, CustomerModel model, TimeProvider clock)
{
    private static readonly string Find = SqlFile.Load<RecipientLanguage>("FindRecipient");

    /// <summary>Null when it is not known: the model names no language field, the person is gone, or the customer database cannot be read.</summary>
    public async Task<string?> FindAsync(ItemToken item, CancellationToken cancellationToken)
    {
        if (model.People.Language is not { } field)
        {
            return null;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        string? key;
        await using (var find = new NpgsqlCommand(Find, connection))
        {
            find.Parameters.AddWithValue("mailing", item.MailingId);
            find.Parameters.AddWithValue("ordinal", item.Ordinal);
            key = (string?)await find.ExecuteScalarAsync(cancellationToken);
        }

        return key is null ? null : await ReadAsync(connection, field, key, cancellationToken);
    }

    private async Task<string?> ReadAsync(NpgsqlConnection connection, Field field, string key, CancellationToken cancellationToken)
    {
        var problems = new ProblemList();
        if (new ConditionBinder(model, problems).BindExpression(new Written(field.Name, new Place(model.File, 1, 1)), model.People) is not { } language)
        {
            throw new InvalidOperationException($"validated field cannot be bound: {problems.Items[^1]}");
        }

        var statement = new SelectionCompiler(model, model.People, new SelectionOptions { Now = clock.GetUtcNow(), Zone = TimeZoneInfo.Utc })
            .Waterfall([], [], [new SelectionColumn("language", language)], [key]);
        try
        {
            await using var command = statement.ToCommand(connection);
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            return await row.ReadAsync(cancellationToken) && !row.IsDBNull(2) ? Convert.ToString(row.GetValue(2), CultureInfo.InvariantCulture) : null;
        }
        catch (PostgresException)
        {
            // Somebody else's table changed under the model: the page still has to work, in the browser's language.
            return null;
        }
    }
}
