using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Customers.Import;

/// <summary>Staged rows → the customer database, entity by entity, in the caller's transaction.</summary>
internal sealed class Merge(NpgsqlConnection connection, IReadOnlyList<EntityStage> stages, Action<EntityStage, long, string> rejected, Action<string> merging)
{
    private bool _refused;

    public async Task<Dictionary<string, ImportedRows>> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var stage in stages.OrderBy(s => s.Table.Oid))
        {
            await ExecuteAsync(SqlFile.Load<Merge>("LockTarget"), new { oid = stage.Table.Oid }, cancellationToken);
        }

        Dictionary<string, (long All, long Inserted, long Updated)> counts = new(StringComparer.Ordinal);
        foreach (var stage in stages)
        {
            merging(stage.Map.Entity.Name);
            var before = counts.GetValueOrDefault(stage.Map.Entity.Name);
            var now = await MergeAsync(stage, cancellationToken);
            counts[stage.Map.Entity.Name] = (before.All + now.All, before.Inserted + now.Inserted, before.Updated + now.Updated);
        }

        foreach (var stage in stages.Where(s => s.Map.RollUps.Count > 0))
        {
            merging(stage.Map.Entity.Name);
            var (all, inserted, _) = counts[stage.Map.Entity.Name];
            counts[stage.Map.Entity.Name] = (all, inserted, await RollUpAsync(stage, cancellationToken));
        }

        return counts.ToDictionary(
            c => c.Key,
            c => new ImportedRows(c.Value.Inserted, c.Value.Updated, Math.Max(0, c.Value.All - c.Value.Inserted - c.Value.Updated)),
            StringComparer.Ordinal);
    }

    /// <summary>Tells the lines of rows that were merged and are not there any more.</summary>
    public async Task RefuseAsync(IEnumerable<RefusedRow> rows, Dictionary<string, ImportedRows> counts, CancellationToken cancellationToken)
    {
        foreach (var entity in rows.GroupBy(r => r.Entity))
        {
            var reasons = entity.ToDictionary(r => r.Key, r => r.Reason, StringComparer.Ordinal);
            foreach (var stage in stages.Where(s => s.Map.Entity.Name == entity.Key))
            {
                var lines = await connection.QueryAsync<(string Key, long Line)>(new CommandDefinition(
                    new MergeStatements(stage).LinesOf, new { keys = reasons.Keys.ToArray() }, cancellationToken: cancellationToken, commandTimeout: 0));
                foreach (var (key, line) in lines)
                {
                    rejected(stage, line, reasons[key]);
                }
            }

            counts[entity.Key] = counts[entity.Key] with { Inserted = counts[entity.Key].Inserted - reasons.Count };
        }
    }

    private async Task<(long All, long Inserted, long Updated)> MergeAsync(EntityStage stage, CancellationToken cancellationToken)
    {
        MergeStatements statements = new(stage);
        if (!statements.Unique)
        {
            await ExecuteAsync(statements.LockTable, null, cancellationToken);
        }

        await RefuseAsync(stage, statements, cancellationToken);
        await ExecuteAsync(statements.CreateRows, null, cancellationToken);
        await ExecuteAsync(statements.AnalyzeRows, null, cancellationToken);
        var all = await connection.ExecuteScalarAsync<long>(new CommandDefinition(statements.CountRows, cancellationToken: cancellationToken, commandTimeout: 0));
        if (stage.Map.RollUps.Count > 0)
        {
            await ExecuteAsync(statements.CreateBefore, null, cancellationToken);
        }

        DynamicParameters keys = new();
        foreach (var (name, value) in statements.JsonKeys)
        {
            keys.Add(name, value);
        }

        var updated = statements.Update is { } update ? await ExecuteAsync(update, keys, cancellationToken) : 0;
        var inserted = await ExecuteAsync(statements.Insert, keys, cancellationToken);
        return (all, inserted, updated);
    }

    // Values that only the database can judge. The rows that refer to a refused row are refused with it.
    private async Task RefuseAsync(EntityStage stage, MergeStatements statements, CancellationToken cancellationToken)
    {
        var entity = stage.Map.Entity.Name;
        foreach (var check in stage.Table.Checks)
        {
            if (statements.RefuseUnchecked(check) is { } sql)
            {
                await RefuseAsync(stage, sql, _ => $"{entity} breaks the rule {check.Name} of {stage.Map.Entity.Table}", cancellationToken);
            }
        }

        foreach (var field in stage.Fields.Where(f => f.Reference is { EmptyWhenMissing: false } && (f.SameRecord is null || _refused)))
        {
            var target = field.Reference!;
            await RefuseAsync(
                stage,
                statements.RefuseUnresolved(field),
                value => $"{entity}.{field.Field.Name}: there is no row of {target.Target.Name} with {target.By.Name} {Conversion.Quoted(value)}",
                cancellationToken);
        }
    }

    private async Task RefuseAsync(EntityStage stage, string sql, Func<string, string> reason, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(sql, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            _refused = true;
            rejected(stage, reader.GetInt64(0), reason(reader.GetString(1)));
        }
    }

    private async Task<long> RollUpAsync(EntityStage stage, CancellationToken cancellationToken)
    {
        MergeStatements statements = new(stage);
        foreach (var group in stage.Map.RollUps.GroupBy(u => (u.Of.Name, Link: u.Link.Name)))
        {
            var child = stages.First(s => s.Source == stage.Source && s.Map.Entity.Name == group.Key.Name);
            await ExecuteAsync(statements.RollUp(child, group.Key.Link, group.ToList()), null, cancellationToken);
        }

        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(statements.CountChanged, cancellationToken: cancellationToken, commandTimeout: 0));
    }

    private Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken, commandTimeout: 0));
}
