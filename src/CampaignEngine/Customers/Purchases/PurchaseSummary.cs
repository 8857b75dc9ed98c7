using System.Security.Cryptography;
using System.Text;
using CampaignEngine.Audiences;
using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Customers.Purchases;

/// <summary>
/// Keeps engine.purchase_summary and the quintile thresholds equal to a full computation over the orders. Refresh before a statement
/// with <see cref="SelectionStatement.UsesPurchaseSummary"/> runs. The rule stands in docs/rfm.md.
/// </summary>
public sealed class PurchaseSummary(NpgsqlDataSource source, PurchaseDefinition definition, TimeProvider clock, TimeZoneInfo zone)
{
    /// <summary>Brings the summary up to date with everything committed before the call. Several processes may call it at once.</summary>
    public async Task<PurchaseRefresh> RefreshAsync(CancellationToken cancellationToken)
    {
        // 1. What must be done, without a lock: most calls find nothing.
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var sql = new PurchaseSql(definition, new SelectionOptions { Now = clock.GetUtcNow(), Zone = zone });
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql.Identity)));
        if (definition.IsTracked && await StateAsync(connection, null, hash, cancellationToken) == "fresh")
        {
            return new PurchaseRefresh(PurchaseRefreshKind.Unchanged, 0);
        }

        // 2. One refresher at a time; the one that waited looks again.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync("LockPurchases");
        var state = definition.IsTracked ? await StateAsync(connection, transaction, hash, cancellationToken) : "rebuild";
        if (state == "fresh")
        {
            return new PurchaseRefresh(PurchaseRefreshKind.Unchanged, 0);
        }

        // 3. Marks first, orders after: READ COMMITTED gives each statement its own snapshot, so whatever set a mark taken here is
        //    seen by the computation, and a mark set meanwhile stays for the next refresh.
        var types = await KeyTypesAsync(connection, transaction, cancellationToken);
        var taken = await TakeMarksAsync(connection, transaction, types.Link, cancellationToken);
        var rebuild = state == "rebuild" || taken.Everybody || await TooManyAsync(connection, transaction, taken.Customers, cancellationToken);
        var changed = rebuild ? await RebuildAsync() : await ExecuteAsync(sql.RemoveDirty) + await ExecuteAsync(sql.FillDirty);

        // 4. Exact thresholds, over the whole summary, only when it changed.
        if (changed > 0 || rebuild)
        {
            await RunAsync("ComputeThresholds");
        }

        await using (var remember = Command("RememberPurchases"))
        {
            remember.Parameters.AddWithValue("definition", hash);
            await remember.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return new PurchaseRefresh(rebuild ? PurchaseRefreshKind.Rebuilt : PurchaseRefreshKind.Incremental, changed);

        // The table is filled beside the old one, so that readers wait only for the exchange.
        async Task<long> RebuildAsync()
        {
            await RunAsync("RebuildSettings");
            await ExecuteAsync(PurchaseSql.CreateNext(types.Key));
            var rows = await ExecuteAsync(sql.FillEverybody);
            await RunAsync("ExchangeSummary");
            return rows;
        }

        NpgsqlCommand Command(string file) => new(SqlFile.Load<PurchaseSummary>(file), connection, transaction);

        async Task RunAsync(string file)
        {
            await using var command = Command(file);
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        async Task<long> ExecuteAsync(string text)
        {
            await using var command = new NpgsqlCommand(text, connection, transaction) { CommandTimeout = 0 };
            foreach (var parameter in sql.Parameters.Where(parameter => text.Contains("@" + parameter.Name, StringComparison.Ordinal)))
            {
                command.Parameters.Add(new NpgsqlParameter(parameter.Name, parameter.Type) { Value = parameter.Value });
            }

            return Math.Max(0, await command.ExecuteNonQueryAsync(cancellationToken));
        }
    }

    private static async Task<string> StateAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, string hash, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlFile.Load<PurchaseSummary>("PurchaseState"), connection, transaction);
        command.Parameters.AddWithValue("definition", hash);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<(string Key, string Link)> KeyTypesAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var (people, orders) = (definition.Model.People, definition.Model.Entities[definition.Source.Orders.Target]);
        return (await TypeAsync(people.Table, people.Key), await TypeAsync(orders.Table, definition.Source.Orders.To));

        async Task<string> TypeAsync(SqlName table, Field field)
        {
            await using var command = new NpgsqlCommand(SqlFile.Load<PurchaseSummary>("ColumnType"), connection, transaction);
            command.Parameters.AddWithValue("schema", table.Schema);
            command.Parameters.AddWithValue("table", table.Name);
            command.Parameters.AddWithValue("column", field.Column);
            return (string?)await command.ExecuteScalarAsync(cancellationToken)
                ?? throw new InvalidOperationException($"{table} has no column '{field.Column}', which {definition.Model.File} maps");
        }
    }

    private static async Task<(bool Everybody, long Customers)> TakeMarksAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string linkType, CancellationToken cancellationToken)
    {
        await using (var create = new NpgsqlCommand($"CREATE TEMPORARY TABLE purchase_recompute (customer_key {linkType} PRIMARY KEY) ON COMMIT DROP", connection, transaction))
        {
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        // linkType is the server's own spelling of a column's type.
        await using var take = new NpgsqlCommand(
            SqlFile.Load<PurchaseSummary>("TakeMarks") + "\nINSERT INTO pg_temp.purchase_recompute SELECT DISTINCT customer_key::" + linkType
            + " FROM pg_temp.purchase_marks WHERE customer_key <> '*';\nSELECT EXISTS (SELECT FROM pg_temp.purchase_marks WHERE customer_key = '*'), (SELECT count(*) FROM pg_temp.purchase_recompute)",
            connection,
            transaction) { CommandTimeout = 0 };
        await using var reader = await take.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetBoolean(0), reader.GetInt64(1));
    }

    // Above a fifth of the base one pass over everybody is faster, and gives the same rows.
    private static async Task<bool> TooManyAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, long dirty, CancellationToken cancellationToken)
    {
        if (dirty < 1000)
        {
            return false;
        }

        await using var command = new NpgsqlCommand("SELECT count(*) FROM engine.purchase_summary", connection, transaction);
        return dirty * 5 > (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

public enum PurchaseRefreshKind
{
    /// <summary>Nothing was marked since the last refresh.</summary>
    Unchanged,

    /// <summary>Only the customers marked dirty were recomputed.</summary>
    Incremental,

    /// <summary>Everybody was recomputed.</summary>
    Rebuilt,
}

/// <summary>What a refresh did. Customers: rows written or removed.</summary>
public sealed record PurchaseRefresh(PurchaseRefreshKind Kind, long Customers);
