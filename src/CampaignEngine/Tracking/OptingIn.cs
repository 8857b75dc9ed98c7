using CampaignEngine.Database;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Tracking;

/// <summary>What the page of a double opt-in says before anything happens.</summary>
public sealed record OptInOffer(string MaskedAddress, bool AlreadyDone);

/// <summary>
/// The second step of a double opt-in: the person who got the message grants marketing e-mail. Only for the built-in customer database, and only while the
/// address that was written to is still the person's. Looking changes nothing.
/// </summary>
public sealed class OptingIn(NpgsqlDataSource database, Unsubscribing unsubscribing)
{
    private static readonly string Find = SqlFile.Load<OptingIn>("FindOptIn");
    private static readonly string Lift = SqlFile.Load<OptingIn>("LiftUnsubscription");
    private static readonly string Grant = SqlFile.Load<OptingIn>("GrantByOptIn");

    /// <summary>Null: there is no such item, or nobody who could grant.</summary>
    public async Task<OptInOffer?> FindAsync(ItemToken item, CancellationToken cancellationToken)
    {
        if (!unsubscribing.WritesConsents)
        {
            return null;
        }

        await using var command = database.CreateCommand(Find);
        AddItem(command, item);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new OptInOffer(Unsubscribing.Mask(reader.GetString(0)), reader.GetBoolean(1)) : null;
    }

    /// <summary>False: nothing was there to grant. Doing it again changes nothing.</summary>
    /// <param name="request">Kept as evidence: user agent and network.</param>
    public async Task<bool> ConfirmAsync(ItemToken item, DateTimeOffset at, SeenRequest request, CancellationToken cancellationToken)
    {
        if (await FindAsync(item, cancellationToken) is not { } offer)
        {
            return false;
        }

        if (offer.AlreadyDone)
        {
            return true;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var lift = new NpgsqlCommand(Lift, connection, transaction))
        {
            AddItem(lift, item);
            await lift.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var grant = new NpgsqlCommand(Grant, connection, transaction);
        AddItem(grant, item);
        grant.Parameters.AddWithValue("at", at.ToUniversalTime());
        grant.Parameters.Add(new NpgsqlParameter("agent", NpgsqlDbType.Text) { Value = (object?)TrackedEvent.Printable(request.Agent) ?? DBNull.Value });
        grant.Parameters.Add(new NpgsqlParameter("network", NpgsqlDbType.Text) { Value = (object?)request.Network?.ToString() ?? DBNull.Value });
        await grant.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static void AddItem(NpgsqlCommand command, ItemToken item)
    {
        command.Parameters.AddWithValue("mailing", item.MailingId);
        command.Parameters.AddWithValue("ordinal", item.Ordinal);
    }
}
