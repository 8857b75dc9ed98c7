using CampaignEngine.Audiences;
using CampaignEngine.Customers;
using CampaignEngine.Database;
using CampaignEngine.Deduplication;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Tracking.Orders;

/// <param name="Taken">Orders that are new.</param>
/// <param name="Known">Orders that were handed in before, with the same content.</param>
/// <param name="Unmatched">Of the new ones: they name nobody we know, and count for no campaign.</param>
public sealed record TakenOrders(int Taken, int Known, int Unmatched, IReadOnlyList<RefusedLine> Refused);

/// <summary>
/// Keeps orders of shops, once each, and ties them to their customer: by customer number, keycode, e-mail address or phone number, the first of these that is one
/// person's. People of the control cell are found the same way as those who were contacted. One durable transaction a batch.
/// </summary>
public sealed class OrderIntake(NpgsqlDataSource database, CustomerModel model, OrderTable table, ContactPoints contacts, TimeProvider clock)
{
    /// <summary>Null: the model has no orders that belong to people.</summary>
    public static OrderIntake? Of(NpgsqlDataSource database, CustomerModel model, ContactPoints contacts, TimeProvider clock) =>
        OrderTable.Of(model) is { } table ? new OrderIntake(database, model, table, contacts, clock) : null;

    /// <param name="source">Who hands them in.</param>
    /// <param name="lines">As <see cref="OrderBatch"/> reads them.</param>
    public Task<TakenOrders> TakeAsync(string source, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken) =>
        TakeAsync(source, OrderBatch.Read(lines, table, clock.GetUtcNow()), cancellationToken);

    private async Task<TakenOrders> TakeAsync(string source, OrderBatch batch, CancellationToken cancellationToken)
    {
        var refused = batch.Refused.ToList();
        // In one order for all: two requests with the same orders wait for each other, never in a circle.
        var orders = batch.Orders.GroupBy(o => o.Number, StringComparer.Ordinal).Select(g => g.First()).OrderBy(o => o.Number, StringComparer.Ordinal).ToList();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var owners = await OwnersAsync(connection, orders, cancellationToken);
        List<Tied> tied = [];
        foreach (var order in orders)
        {
            var owner = owners.GetValueOrDefault(order.Line);
            var (row, why) = table.RowOf(order, owner.Key);
            if (row is null)
            {
                refused.Add(new RefusedLine(order.Line, why!));
                continue;
            }

            tied.Add(new Tied(order, owner.Key, owner.By, row.ToJsonString()));
        }

        var added = await StoreAsync(connection, source, tied, cancellationToken);
        if (table.IsBuiltIn && added.Count > 0)
        {
            await using var insert = new NpgsqlCommand(SqlFile.Load<OrderIntake>("InsertCustomerOrders"), connection);
            insert.Parameters.AddWithValue("ids", added.Values.ToArray());
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        var known = await KnownAsync(connection, batch.Orders, added, refused, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new TakenOrders(added.Count, known, tied.Count(t => t.CustomerKey is null && added.ContainsKey(t.Order.Number)), [.. refused.OrderBy(r => r.Line)]);
    }

    private static async Task<Dictionary<string, long>> StoreAsync(NpgsqlConnection connection, string source, List<Tied> orders, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlFile.Load<OrderIntake>("StoreShopOrders"), connection);
        command.Parameters.AddWithValue("source", source);
        Add(command, "numbers", NpgsqlDbType.Text, orders, o => o.Order.Number);
        Add(command, "times", NpgsqlDbType.TimestampTz, orders, o => o.Order.At.ToUniversalTime());
        Add(command, "kinds", NpgsqlDbType.Text, orders, o => o.Order.Kind);
        Add(command, "amounts", NpgsqlDbType.Numeric, orders, o => o.Order.Amount);
        Add(command, "currencies", NpgsqlDbType.Text, orders, o => o.Order.Currency);
        Add(command, "customers", NpgsqlDbType.Text, orders, o => o.CustomerKey);
        Add(command, "ties", NpgsqlDbType.Text, orders, o => o.By);
        Add(command, "mailings", NpgsqlDbType.Integer, orders, o => o.Order.Keycode?.MailingId);
        Add(command, "ordinals", NpgsqlDbType.Integer, orders, o => o.Order.Keycode?.Ordinal);
        Add(command, "documents", NpgsqlDbType.Jsonb, orders, o => o.Document);
        Add(command, "hashes", NpgsqlDbType.Bytea, orders, o => o.Order.Hash);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var added = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            added[reader.GetString(1)] = reader.GetInt64(0);
        }

        return added;
    }

    // The same number again: the same order, or one that contradicts what was said before.
    private static async Task<int> KnownAsync(
        NpgsqlConnection connection, IReadOnlyList<ShopOrder> orders, Dictionary<string, long> added, List<RefusedLine> refused, CancellationToken cancellationToken)
    {
        var stored = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        await using (var command = new NpgsqlCommand(SqlFile.Load<OrderIntake>("KnownShopOrders"), connection))
        {
            command.Parameters.AddWithValue("numbers", orders.Select(o => o.Number).Distinct().ToArray());
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                stored[reader.GetString(0)] = reader.GetFieldValue<byte[]>(1);
            }
        }

        var (known, first) = (0, new HashSet<string>(StringComparer.Ordinal));
        foreach (var order in orders)
        {
            if ((added.ContainsKey(order.Number) && first.Add(order.Number)) || !stored.TryGetValue(order.Number, out var hash))
            {
                continue;
            }

            if (hash.AsSpan().SequenceEqual(order.Hash))
            {
                known++;
            }
            else
            {
                refused.Add(new RefusedLine(order.Line, $"has the number '{Authoring.Shown.Text(order.Number)}' of another order that was taken before; give what changed a number of its own"));
            }
        }

        return known;
    }

    private async Task<Dictionary<int, (string Key, string By)>> OwnersAsync(NpgsqlConnection connection, List<ShopOrder> orders, CancellationToken cancellationToken)
    {
        var owners = new Dictionary<int, (string, string)>();
        var numbers = await PeopleAsync(connection, [model.People.Label], orders.Select(o => o.Customer), cancellationToken);
        var codes = await KeycodesAsync(connection, orders, cancellationToken);
        var mails = await PeopleAsync(connection, Fields("email"), orders.SelectMany(o => Spellings("email", o.Email)), cancellationToken);
        var phones = await PeopleAsync(connection, [.. Fields("sms"), .. Fields("call")], orders.SelectMany(o => Spellings("sms", o.Phone)), cancellationToken);
        foreach (var order in orders)
        {
            (string? Key, string By)[] found =
            [
                (order.Customer is { } number ? Only(numbers, [number]) : null, "customer"),
                (order.Keycode is { } code ? codes.GetValueOrDefault(code) : null, "keycode"),
                (Only(mails, Spellings("email", order.Email)), "email"),
                (Only(phones, Spellings("sms", order.Phone)), "phone"),
            ];
            if (Array.Find(found, f => f.Key is not null) is { Key: { } key, By: var by })
            {
                owners[order.Line] = (key, by);
            }
        }

        return owners;
    }

    // An address that several people share says nothing about who bought.
    private static string? Only(ILookup<string, string> people, IEnumerable<string> values) => values.SelectMany(v => people[v]).Distinct().ToList() is [var only] ? only : null;

    private Field[] Fields(string channel) => model.People.Contacts.TryGetValue(channel, out var contact) && contact.Address.Is is null ? [contact.Address] : [];

    private IEnumerable<string> Spellings(string channel, string? written) => written is not { Length: > 0 } ? []
        : ((string?[])[written, written.Trim(), written.Trim().ToLowerInvariant(), contacts.Normalise(channel, written, null).Address]).OfType<string>().Distinct();

    private async Task<ILookup<string, string>> PeopleAsync(NpgsqlConnection connection, Field[] fields, IEnumerable<string?> values, CancellationToken cancellationToken)
    {
        var wanted = values.OfType<string>().Distinct().ToList();
        List<(string Value, string Key)> found = [];
        foreach (var field in wanted.Count == 0 ? [] : fields)
        {
            var statement = new SelectionCompiler(model, model.People, new SelectionOptions { Now = clock.GetUtcNow() }).KeysBy(field, wanted);
            await using var command = statement.ToCommand(connection);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                found.Add((reader.GetString(1), reader.GetString(0)));
            }
        }

        return found.ToLookup(f => f.Value, f => f.Key, StringComparer.Ordinal);
    }

    private static async Task<Dictionary<(int, int), string>> KeycodesAsync(NpgsqlConnection connection, List<ShopOrder> orders, CancellationToken cancellationToken)
    {
        var codes = orders.Select(o => o.Keycode).OfType<(int MailingId, int Ordinal)>().Distinct().ToList();
        var people = new Dictionary<(int, int), string>();
        if (codes.Count == 0)
        {
            return people;
        }

        await using var command = new NpgsqlCommand(SqlFile.Load<OrderIntake>("FindKeycodePeople"), connection);
        command.Parameters.AddWithValue("mailings", codes.Select(c => c.MailingId).ToArray());
        command.Parameters.AddWithValue("ordinals", codes.Select(c => c.Ordinal).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            people[(reader.GetInt32(0), reader.GetInt32(1))] = reader.GetString(2);
        }

        return people;
    }

    private static void Add<T>(NpgsqlCommand command, string name, NpgsqlDbType type, List<Tied> orders, Func<Tied, T> value) =>
        command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | type) { Value = orders.Select(value).ToArray() });

    private sealed record Tied(ShopOrder Order, string? CustomerKey, string? By, string Document);
}
