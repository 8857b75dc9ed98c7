using CampaignEngine.Customers;
using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Tracking;

/// <summary>Whether a person gets messages of one purpose on one channel.</summary>
/// <param name="Status">granted, withdrawn or unknown, as last stated.</param>
/// <param name="Receives">What that means under the channel's policy: unknown reaches where opt-out holds.</param>
/// <param name="Own">It is the channel of the message that led here.</param>
public sealed record Preference(string Channel, string Purpose, string Status, bool Receives, bool Own);

/// <summary>
/// The preference page's side of the database. Statements are only ever added (crm.consents); a foreign customer database is not written to, there
/// the engine's own suppression of the message's channel says what the person wants.
/// </summary>
public sealed class Preferences(NpgsqlDataSource database, CustomerModel model, Unsubscribing unsubscribing)
{
    private static readonly string Read = SqlFile.Load<Preferences>("ReadPreferences");
    private static readonly string State = SqlFile.Load<Preferences>("StateConsent");
    private static readonly string Lift = SqlFile.Load<Preferences>("LiftUnsubscription");

    /// <summary>Empty: there is no such item.</summary>
    public async Task<IReadOnlyList<Preference>> FindAsync(ItemToken item, CancellationToken cancellationToken)
    {
        var found = new List<Preference>();
        if (unsubscribing.WritesConsents)
        {
            await using var command = database.CreateCommand(Read);
            AddItem(command.Parameters, item);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var (channel, status) = (reader.GetString(0), reader.GetString(2));
                var optIn = !model.People.Contacts.TryGetValue(channel, out var contact) || contact.OptIn;
                found.Add(new Preference(channel, reader.GetString(1), status, status == "granted" || status == "unknown" && !optIn, reader.GetBoolean(3)));
            }
        }

        // A foreign database, or a seed of ours: the message's own channel, by suppression alone.
        if (found.Count == 0 && await unsubscribing.FindAsync(item, cancellationToken) is { } offer)
        {
            found.Add(new Preference(offer.Channel, "marketing", offer.AlreadyDone ? "withdrawn" : "unknown", !offer.AlreadyDone, true));
        }

        return found;
    }

    /// <summary>Records what changed; what stays as it is is not stated again.</summary>
    /// <param name="wanted">The (channel, purpose) pairs that the person wants; every other one of the page is withdrawn.</param>
    /// <returns>The preferences as they are then; empty: there is no such item.</returns>
    public async Task<IReadOnlyList<Preference>> ChangeAsync(
        ItemToken item, IReadOnlySet<(string Channel, string Purpose)> wanted, DateTimeOffset at, string? userAgent, CancellationToken cancellationToken)
    {
        foreach (var preference in await FindAsync(item, cancellationToken))
        {
            var wants = wanted.Contains((preference.Channel, preference.Purpose));
            if (wants == preference.Receives)
            {
                continue;
            }

            var own = preference is { Own: true, Purpose: "marketing" };
            if (own && !wants)
            {
                await unsubscribing.ConfirmAsync(item, at, userAgent, cancellationToken);
                continue;
            }

            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (own)
            {
                await using var lift = new NpgsqlCommand(Lift, connection, transaction);
                AddItem(lift.Parameters, item);
                await lift.ExecuteNonQueryAsync(cancellationToken);
            }

            if (unsubscribing.WritesConsents)
            {
                await using var state = new NpgsqlCommand(State, connection, transaction);
                AddItem(state.Parameters, item);
                state.Parameters.AddWithValue("channel", preference.Channel);
                state.Parameters.AddWithValue("purpose", preference.Purpose);
                state.Parameters.AddWithValue("status", wants ? "granted" : "withdrawn");
                state.Parameters.AddWithValue("at", at.ToUniversalTime());
                await state.ExecuteNonQueryAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }

        return await FindAsync(item, cancellationToken);
    }

    private static void AddItem(NpgsqlParameterCollection parameters, ItemToken item)
    {
        parameters.AddWithValue("mailing", item.MailingId);
        parameters.AddWithValue("ordinal", item.Ordinal);
    }
}
