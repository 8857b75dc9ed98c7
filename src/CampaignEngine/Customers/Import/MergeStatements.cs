using System.Globalization;
using System.Text;

namespace CampaignEngine.Customers.Import;

/// <summary>
/// The statements that bring staged rows into one table. They are written here and not as files because their columns come from the
/// map: identifiers come from model.yaml and the catalog and are quoted, types and defaults come from the catalog, values are never text.
/// In all of them t is the table, r a row as it will be, s a staged row.
/// </summary>
internal sealed class MergeStatements(EntityStage stage)
{
    private readonly string _table = stage.Map.Entity.Table.Quoted;
    private readonly string _id = SqlName.Quote(stage.Map.Entity.Key.Column);

    /// <summary>Whether the key has a unique index that ON CONFLICT can name; without one the table is locked against other writers.</summary>
    public bool Unique => stage.Table.UniqueKeys.Any(k => k.ToHashSet(StringComparer.Ordinal).SetEquals(stage.Map.Key.Select(f => f.Column)));

    public string LockTable => $"LOCK TABLE {_table} IN SHARE ROW EXCLUSIVE MODE";

    public string CreateStage
    {
        get
        {
            var columns = stage.Fields.Select(f => $"c{f.Number} {StagedType(f.Type)}");
            return $"DROP TABLE IF EXISTS pg_temp.{stage.StageTable}; CREATE TEMP TABLE {stage.StageTable} ({string.Join(", ", columns)}, seq bigint NOT NULL)";
        }
    }

    public string Copy => $"COPY pg_temp.{stage.StageTable} FROM STDIN (FORMAT BINARY)";

    /// <summary>Takes out the rows whose reference finds nothing; returns their lines and values.</summary>
    public string RefuseUnresolved(StagedField field) => $"""
        DELETE FROM pg_temp.{stage.StageTable} s
        WHERE c{field.Number} IS NOT NULL
          AND NOT EXISTS (SELECT FROM {field.Reference!.Target.Table.Quoted} t WHERE t.{SqlName.Quote(field.Reference.By.Column)} = {Typed(field, field.By!)})
        RETURNING seq, c{field.Number}::text AS value
        """;

    /// <summary>Takes out the rows that break a CHECK constraint of the table; null when its columns are not all fed.</summary>
    public string? RefuseUnchecked(TargetCheck check)
    {
        var fields = check.Columns.Select(c => stage.Fields.FirstOrDefault(f => f.Field.Column == c && f.Field.JsonKey is null && f.Reference is null)).ToList();
        if (fields.Contains(null))
        {
            return null;
        }

        var columns = fields.Select(f => $"{Typed(f!, f!.Column)} AS {SqlName.Quote(f.Field.Column)}");
        return $"""
            DELETE FROM pg_temp.{stage.StageTable}
            WHERE seq IN (SELECT seq FROM (SELECT seq, {string.Join(", ", columns)} FROM pg_temp.{stage.StageTable} s) r WHERE NOT ({check.Expression}))
            RETURNING seq, ''::text AS value
            """;
    }

    /// <summary>Makes the rows as they will be: references resolved, one row for each key by the map's rule.</summary>
    public string CreateRows
    {
        get
        {
            StringBuilder resolved = new("SELECT s.seq");
            StringBuilder joins = new();
            foreach (var staged in stage.Fields)
            {
                if (staged.Reference is { } reference)
                {
                    resolved.Append(Invariant($", {As($"j{staged.Number}.{SqlName.Quote(reference.Stored.Column)}", staged.Column)} AS f{staged.Number}"));
                    joins.Append(Invariant($" LEFT JOIN {reference.Target.Table.Quoted} j{staged.Number} ON j{staged.Number}.{SqlName.Quote(reference.By.Column)} = {Typed(staged, staged.By!)}"));
                }
                else
                {
                    resolved.Append(Invariant($", {Typed(staged, staged.Column)} AS f{staged.Number}"));
                }
            }

            resolved.Append(Invariant($" FROM pg_temp.{stage.StageTable} s{joins}"));
            var create = $"DROP TABLE IF EXISTS pg_temp.{stage.RowsTable}; CREATE TEMP TABLE {stage.RowsTable} ON COMMIT DROP AS ";
            var keys = string.Join(", ", Keys.Select(f => $"f{f.Number}"));
            if (stage.Map.Numbered is { } numbered)
            {
                var others = stage.Fields.Select(f => f.Field == numbered
                    ? $"CASE WHEN n > 1 THEN f{f.Number} || '#' || n ELSE f{f.Number} END AS f{f.Number}"
                    : $"f{f.Number}");
                return $"{create}SELECT seq, {string.Join(", ", others)} FROM (SELECT s.*, row_number() OVER (PARTITION BY {keys} ORDER BY seq) AS n FROM ({resolved}) s) s";
            }

            var chosen = stage.Fields.Select(f => f.InKey ? $"f{f.Number}" : $"{Chosen(f)} AS f{f.Number}");
            return $"{create}SELECT min(seq) AS seq, {string.Join(", ", chosen)} FROM ({resolved}) s GROUP BY {keys}";
        }
    }

    /// <summary>Key and line of rows by their key, of entities whose key is one text.</summary>
    public string LinesOf => $"SELECT f{Keys.Single().Number} AS key, seq AS line FROM pg_temp.{stage.RowsTable} WHERE f{Keys.Single().Number} = ANY (@keys)";

    public string AnalyzeRows => $"ANALYZE pg_temp.{stage.RowsTable}";

    /// <summary>Ids of rows that are there before the merge, to tell an update by roll-up from an insert.</summary>
    public string CreateBefore => $"""
        DROP TABLE IF EXISTS pg_temp.{stage.RowsTable}_before;
        CREATE TEMP TABLE {stage.RowsTable}_before ON COMMIT DROP AS
        SELECT t.{_id} AS id, false AS changed FROM {_table} t JOIN pg_temp.{stage.RowsTable} r ON {Match}
        """;

    /// <summary>Writes what differs into the rows that are there; null when the map never changes them.</summary>
    public string? Update
    {
        get
        {
            var changes = Changes().ToList();
            if (changes.Count == 0)
            {
                return null;
            }

            var set = string.Join(", ", changes.Select(c => $"{SqlName.Quote(c.Column)} = {c.Value}"));
            var differs = string.Join(" OR ", changes.Select(c => $"t.{SqlName.Quote(c.Column)} IS DISTINCT FROM {c.Value}"));
            var update = $"UPDATE {_table} t SET {set} FROM pg_temp.{stage.RowsTable} r WHERE {Match} AND ({differs})";
            return stage.Map.RollUps.Count == 0
                ? update
                : $"WITH u AS ({update} RETURNING t.{_id} AS id) UPDATE pg_temp.{stage.RowsTable}_before b SET changed = true FROM u WHERE u.id = b.id";
        }
    }

    /// <summary>Adds the rows that are not there.</summary>
    public string Insert
    {
        get
        {
            List<(string Column, string Value)> values = [];
            foreach (var staged in stage.Fields.Where(f => f.Field.JsonKey is null))
            {
                values.Add((staged.Field.Column, staged.Column.DefaultValue is { } initial && !staged.Column.Identity ? $"coalesce(r.f{staged.Number}, {initial})" : $"r.f{staged.Number}"));
            }

            values.AddRange(JsonColumns.Select(j => (j.Key, JsonObject(j))));
            values.AddRange(stage.Map.RollUps.Select(u => (u.Field.Column, "0")));
            // Numbering has sorted the rows by their key already.
            var order = stage.Map.Numbered is null ? $" ORDER BY {string.Join(", ", Keys.Select(f => $"r.f{f.Number}"))}" : "";
            var identity = stage.Fields.Any(f => f.Column.Identity && f.Field.JsonKey is null) ? "OVERRIDING SYSTEM VALUE " : "";
            var conflict = Unique ? $" ON CONFLICT ({string.Join(", ", stage.Map.Key.Select(f => SqlName.Quote(f.Column)))}) DO NOTHING" : "";
            return $"""
                INSERT INTO {_table} ({string.Join(", ", values.Select(v => SqlName.Quote(v.Column)))}) {identity}
                SELECT {string.Join(", ", values.Select(v => v.Value))} FROM pg_temp.{stage.RowsTable} r
                WHERE NOT EXISTS (SELECT FROM {_table} t WHERE {Match}){order}{conflict}
                """;
        }
    }

    public string CountRows => $"SELECT count(*) FROM pg_temp.{stage.RowsTable}";

    /// <summary>Sums of the rows that refer to this entity's rows, over the whole database, for every row that the file names.</summary>
    public string RollUp(EntityStage child, string link, IReadOnlyList<RollUp> rollUps)
    {
        var childTable = child.Map.Entity.Table.Quoted;
        var linkField = child.Fields.First(f => f.Field.Name == link);
        var stored = SqlName.Quote(linkField.Reference!.Stored.Column);
        var sums = rollUps.Select((u, i) => $"CAST(sum(l.{SqlName.Quote(u.Summed.Column)}) AS {stage.Table.Columns[u.Field.Column].Type}) AS s{i}");
        var set = rollUps.Select((u, i) => $"{SqlName.Quote(u.Field.Column)} = s.s{i}");
        var differs = rollUps.Select((u, i) => $"t.{SqlName.Quote(u.Field.Column)} IS DISTINCT FROM s.s{i}");
        return $"""
            WITH s AS (
                SELECT p.{stored} AS link, {string.Join(", ", sums)}
                FROM (SELECT t.{stored} FROM {_table} t JOIN pg_temp.{stage.RowsTable} r ON {Match}) p
                JOIN {childTable} l ON l.{SqlName.Quote(linkField.Field.Column)} = p.{stored}
                GROUP BY p.{stored}),
            u AS (
                UPDATE {_table} t SET {string.Join(", ", set)} FROM s WHERE t.{stored} = s.link AND ({string.Join(" OR ", differs)}) RETURNING t.{_id} AS id)
            UPDATE pg_temp.{stage.RowsTable}_before b SET changed = true FROM u WHERE u.id = b.id
            """;
    }

    public string CountChanged => $"SELECT count(*) FROM pg_temp.{stage.RowsTable}_before WHERE changed";

    /// <summary>Keys of jsonb columns, as parameters of <see cref="Update"/> and <see cref="Insert"/>: j0, j1 ... by field number.</summary>
    public IEnumerable<(string Name, string Value)> JsonKeys =>
        stage.Fields.Where(f => f.Field.JsonKey is not null).Select(f => ($"j{f.Number}", f.Field.JsonKey!));

    private IEnumerable<StagedField> Keys => stage.Fields.Where(f => f.InKey);

    private IEnumerable<IGrouping<string, StagedField>> JsonColumns =>
        stage.Fields.Where(f => f.Field.JsonKey is not null).GroupBy(f => f.Field.Column, StringComparer.Ordinal);

    private string Match => string.Join(" AND ", Keys.Select(f => $"t.{SqlName.Quote(f.Field.Column)} = r.f{f.Number}"));

    private IEnumerable<(string Column, string Value)> Changes()
    {
        foreach (var field in stage.Fields.Where(f => !f.InKey && f.Field.JsonKey is null))
        {
            var (old, next) = ($"t.{SqlName.Quote(field.Field.Column)}", $"r.f{field.Number}");
            var value = (field.Role, stage.Map.OnConflict) switch
            {
                (StagedRole.Least, _) => $"least({old}, {next})",
                (StagedRole.Greatest, _) => $"greatest({old}, {next})",
                (_, ConflictRule.Keep) => null,
                (_, ConflictRule.Fill) => field.Column.NotNull ? null : $"coalesce({old}, {next})",
                (_, ConflictRule.Replace) when field.Column.NotNull => $"coalesce({next}, {field.Column.DefaultValue ?? old})",
                (_, ConflictRule.Replace) => next,
                _ => $"coalesce({next}, {old})",
            };
            if (value is not null)
            {
                yield return (field.Field.Column, value);
            }
        }

        foreach (var column in JsonColumns)
        {
            var old = $"coalesce(t.{SqlName.Quote(column.Key)}, '{{}}')";
            var value = stage.Map.OnConflict switch
            {
                ConflictRule.Keep => null,
                ConflictRule.Fill => $"{JsonObject(column)} || {old}",
                ConflictRule.Replace => $"({old} - ARRAY[{string.Join(", ", column.Select(f => $"@j{f.Number}::text"))}]) || {JsonObject(column)}",
                _ => $"{old} || {JsonObject(column)}",
            };
            if (value is not null)
            {
                yield return (column.Key, value);
            }
        }
    }

    private static string JsonObject(IEnumerable<StagedField> fields) =>
        $"jsonb_strip_nulls(jsonb_build_object({string.Join(", ", fields.Select(f => $"@j{f.Number}::text, r.f{f.Number}"))}))";

    // array_agg of arrays would make one array of more dimensions, so lists travel as text.
    private string Chosen(StagedField field)
    {
        var name = $"f{field.Number}";
        if (field.Role is StagedRole.Least or StagedRole.Greatest)
        {
            return $"{(field.Role == StagedRole.Least ? "min" : "max")}({name})";
        }

        var (value, back) = field.Type == FieldType.TextList ? ($"{name}::text", "::text[]") : (name, "");
        return stage.Map.OnConflict switch
        {
            ConflictRule.Keep => $"(array_agg({value} ORDER BY seq))[1]{back}",
            ConflictRule.Fill => $"(array_agg({value} ORDER BY seq) FILTER (WHERE {name} IS NOT NULL))[1]{back}",
            ConflictRule.Replace => $"(array_agg({value} ORDER BY seq DESC))[1]{back}",
            _ => $"(array_agg({value} ORDER BY seq DESC) FILTER (WHERE {name} IS NOT NULL))[1]{back}",
        };
    }

    private static string Typed(StagedField field, TargetColumn column)
    {
        if (field.Field.JsonKey is not null && field.Reference is null)
        {
            return $"s.c{field.Number}";
        }

        return As($"s.c{field.Number}", column);
    }

    private static string As(string value, TargetColumn column)
    {
        var typed = $"CAST({value} AS {column.Type})";
        return column.Collation is { } collation ? $"{typed} COLLATE {collation}" : typed;
    }

    private static string StagedType(FieldType type) => type switch
    {
        FieldType.Integer => "bigint",
        FieldType.Number or FieldType.Money => "numeric",
        FieldType.Boolean => "boolean",
        FieldType.Date => "date",
        FieldType.Time => "timestamptz",
        FieldType.TextList => "text[]",
        FieldType.Uuid => "uuid",
        _ => "text COLLATE \"C\"",
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
