using CampaignEngine.Customers;
using CampaignEngine.Database;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Tracking;

/// <summary>What the page says before anything happens. The address is masked: messages get forwarded.</summary>
public sealed record UnsubscribeOffer(string Channel, string MaskedAddress, bool AlreadyDone);

/// <summary>Looking changes nothing; <see cref="ConfirmAsync"/> suppresses the recipient for good and at once.</summary>
public sealed class Unsubscribing
{
    private static readonly string Find = SqlFile.Load<Unsubscribing>("FindUnsubscribeItem");
    private static readonly string Confirm = SqlFile.Load<Unsubscribing>("Unsubscribe");
    private static readonly string Withdraw = SqlFile.Load<Unsubscribing>("WithdrawConsent");
    private readonly NpgsqlDataSource _database;
    private readonly bool _builtInCustomers;

    public Unsubscribing(NpgsqlDataSource database, CustomerModel model)
    {
        _database = database;
        _builtInCustomers = KeepsConsents(model);
    }

    /// <summary>The customer database is the built-in one, which keeps every statement of consent.</summary>
    internal bool WritesConsents => _builtInCustomers;

    /// <summary>The same of a model.</summary>
    internal static bool KeepsConsents(CustomerModel model) => model.People.Table == new SqlName("crm", "customers") && model.People.Key.Column == "customer_id";

    /// <summary>Null: there is no such item.</summary>
    public async Task<UnsubscribeOffer?> FindAsync(ItemToken item, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(Find);
        AddItem(command.Parameters, item.MailingId, item.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new UnsubscribeOffer(reader.GetString(0), Mask(reader.GetString(1)), reader.GetBoolean(2))
            : null;
    }

    /// <summary>The channel that was stopped; null: there is no such item. Doing it again changes nothing.</summary>
    public async Task<string?> ConfirmAsync(ItemToken item, DateTimeOffset at, string? userAgent, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var channel = await ConfirmAsync(connection, item.MailingId, item.Ordinal, at, "unsubscribe link", userAgent, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return channel;
    }

    /// <summary>The same in the transaction of a connection, for wishes that came another way.</summary>
    /// <param name="source">By which way, for the consent.</param>
    internal async Task<string?> ConfirmAsync(
        NpgsqlConnection connection, int mailingId, int ordinal, DateTimeOffset at, string source, string? userAgent, CancellationToken cancellationToken)
    {
        string? channel;
        await using (var command = new NpgsqlCommand(Confirm, connection))
        {
            AddItem(command.Parameters, mailingId, ordinal);
            command.Parameters.AddWithValue("at", at.ToUniversalTime());
            command.Parameters.Add(new NpgsqlParameter("agent", NpgsqlDbType.Text) { Value = (object?)TrackedEvent.Printable(userAgent) ?? DBNull.Value });
            channel = (string?)await command.ExecuteScalarAsync(cancellationToken);
        }

        if (channel is not null && _builtInCustomers)
        {
            await using var command = new NpgsqlCommand(Withdraw, connection);
            AddItem(command.Parameters, mailingId, ordinal);
            command.Parameters.AddWithValue("at", at.ToUniversalTime());
            command.Parameters.AddWithValue("source", source);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return channel;
    }

    private static void AddItem(NpgsqlParameterCollection parameters, int mailingId, int ordinal)
    {
        parameters.AddWithValue("mailing", mailingId);
        parameters.AddWithValue("ordinal", ordinal);
    }

    /// <summary>First character and domain of an e-mail address, the last two characters of anything else.</summary>
    internal static string Mask(string address)
    {
        var at = address.LastIndexOf('@');
        if (at > 0)
        {
            return $"{address[..(char.IsHighSurrogate(address[0]) ? 2 : 1)]}…{address[at..]}";
        }

        return address.Length > 4 ? $"…{address[^2..]}" : "…";
    }
}
