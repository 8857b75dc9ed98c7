using System.Text.RegularExpressions;
using CampaignEngine.Authoring;
using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Customers.Import;

/// <summary>A column as the catalog describes it.</summary>
internal sealed class TargetColumn
{
    public required string Name { get; init; }

    /// <summary>SQL type with its modifiers, such as numeric(14,2).</summary>
    public required string Type { get; init; }

    /// <summary>Internal type name, below a domain: int4, numeric, text, jsonb ...</summary>
    public required string Base { get; init; }

    public bool NotNull { get; init; }

    public string? DefaultValue { get; init; }

    /// <summary>The database computes it: it cannot be written.</summary>
    public bool Computed { get; init; }

    public bool Identity { get; init; }

    public string? Collation { get; init; }

    public int? Limit { get; init; }

    public int? Precision { get; init; }

    public int? Scale { get; init; }

    public string[]? Labels { get; init; }

    /// <summary>The only texts that an enum type or a CHECK constraint lets in; null: any.</summary>
    public IReadOnlyList<string>? Allowed { get; set; }
}

/// <summary>A CHECK constraint over several columns or of another form than a list of texts.</summary>
internal sealed record TargetCheck(string Name, string Expression, string[] Columns);

/// <summary>The table behind an entity, as the catalog describes it.</summary>
internal sealed partial class TargetTable
{
    public required Entity Entity { get; init; }

    public required long Oid { get; init; }

    public required IReadOnlyDictionary<string, TargetColumn> Columns { get; init; }

    public required IReadOnlyList<string[]> UniqueKeys { get; init; }

    public required IReadOnlyList<TargetCheck> Checks { get; init; }

    /// <summary>Reads the catalog and reports what in the map does not fit the table.</summary>
    public static async Task<TargetTable?> LoadAsync(NpgsqlConnection connection, EntityMap map, ProblemList problems, CancellationToken cancellationToken)
    {
        var relation = await RelationAsync(connection, map.Entity, map.Place, problems, cancellationToken);
        if (relation is null)
        {
            return null;
        }

        if (relation.Kind is not ("r" or "p" or "f"))
        {
            problems.Error(map.Place, "CE2121", $"{map.Entity.Name} is the view {map.Entity.Table} and cannot be imported into; feed the tables behind it");
            return null;
        }

        var table = await ReadAsync(connection, map.Entity, relation, cancellationToken);
        table.Fit(map, problems);
        return table;
    }

    /// <summary>Reads the catalog of an entity that a map only refers to.</summary>
    public static async Task<TargetTable?> LoadReferredAsync(
        NpgsqlConnection connection, Entity entity, Place place, ProblemList problems, CancellationToken cancellationToken) =>
        await RelationAsync(connection, entity, place, problems, cancellationToken) is { } relation
            ? await ReadAsync(connection, entity, relation, cancellationToken)
            : null;

    private static async Task<Relation?> RelationAsync(
        NpgsqlConnection connection, Entity entity, Place place, ProblemList problems, CancellationToken cancellationToken)
    {
        var relation = await connection.QuerySingleOrDefaultAsync<Relation>(new CommandDefinition(
            SqlFile.Load<TargetTable>("TargetRelation"), new { schema = entity.Table.Schema, name = entity.Table.Name }, cancellationToken: cancellationToken));
        if (relation is null)
        {
            problems.Error(place, "CE2120", $"{entity.Name}: the table {entity.Table} does not exist in this database; correct model.yaml or create it");
        }

        return relation;
    }

    private static async Task<TargetTable> ReadAsync(NpgsqlConnection connection, Entity entity, Relation relation, CancellationToken cancellationToken)
    {
        var id = new { oid = relation.Oid };
        var columns = (await connection.QueryAsync<TargetColumn>(
            new CommandDefinition(SqlFile.Load<TargetTable>("TargetColumns"), id, cancellationToken: cancellationToken))).ToDictionary(c => c.Name, StringComparer.Ordinal);
        var unique = await connection.QueryAsync<string[]>(
            new CommandDefinition(SqlFile.Load<TargetTable>("TargetUniqueKeys"), id, cancellationToken: cancellationToken));
        var checks = await connection.QueryAsync<Constraint>(
            new CommandDefinition(SqlFile.Load<TargetTable>("TargetChecks"), id, cancellationToken: cancellationToken));
        return new TargetTable
        {
            Entity = entity,
            Oid = relation.Oid,
            Columns = columns,
            UniqueKeys = unique.ToList(),
            Checks = Judged(columns, checks),
        };
    }

    private static List<TargetCheck> Judged(Dictionary<string, TargetColumn> columns, IEnumerable<Constraint> constraints)
    {
        foreach (var column in columns.Values)
        {
            column.Allowed = column.Labels;
        }

        List<TargetCheck> others = [];
        foreach (var check in constraints)
        {
            var list = TextList().Match(check.Expression);
            if (list.Success && check.Columns is [var only])
            {
                columns[only].Allowed = QuotedText().Matches(list.Groups[1].Value)
                    .Select(m => m.Groups[1].Value.Replace("''", "'", StringComparison.Ordinal)).ToList();
            }
            else
            {
                others.Add(new TargetCheck(check.Name, check.Expression, check.Columns ?? []));
            }
        }

        return others;
    }

    private void Fit(EntityMap map, ProblemList problems)
    {
        List<Field> fed =
        [
            .. map.Set.Concat(map.Least).Concat(map.Greatest).Select(f => f.Field),
            .. map.References.Select(r => r.Field),
            .. map.RollUps.Select(r => r.Field),
        ];
        foreach (var field in fed)
        {
            if (!Columns.TryGetValue(field.Column, out var column))
            {
                problems.Error(map.Place, "CE2122", $"{Entity.Name}.{field.Name}: {Entity.Table} has no column '{field.Column}'{Suggestion.For(field.Column, Columns.Keys)}");
            }
            else if (column.Computed)
            {
                problems.Error(map.Place, "CE2123", $"{Entity.Name}.{field.Name}: the database computes {Entity.Table}.{field.Column} itself; remove it from the map");
            }
            else if ((field.JsonKey is not null) != (column.Base is "jsonb"))
            {
                problems.Error(map.Place, "CE2124", $"{Entity.Name}.{field.Name}: {Entity.Table}.{field.Column} is {column.Type}; {(field.JsonKey is null ? "name a key inside it with 'json' in the model" : "keys need a jsonb column")}");
            }
        }

        foreach (var column in Columns.Values)
        {
            if (column is { NotNull: true, DefaultValue: null, Computed: false, Identity: false } && !fed.Exists(f => f.Column == column.Name))
            {
                problems.Error(map.Place, "CE2125", $"{Entity.Name}: {Entity.Table}.{column.Name} must have a value; set its field in the map");
            }
        }
    }

    private sealed record Relation(long Oid, string Kind);

    private sealed class Constraint
    {
        public required string Name { get; init; }

        public required string Expression { get; init; }

        public string[]? Columns { get; init; }
    }

    [GeneratedRegex(@"^\(?[\w""]+ = ANY \(ARRAY\[((?:'(?:[^']|'')*'::text(?:, )?)+)\]\)\)?$")]
    private static partial Regex TextList();

    [GeneratedRegex(@"'((?:[^']|'')*)'::text")]
    private static partial Regex QuotedText();
}
