using CampaignEngine.Authoring;
using Npgsql;

namespace CampaignEngine.Customers.Import;

/// <summary>A checked map and the columns of a file → the stages that its records pass.</summary>
/// <param name="first">Number of the first stage: those of all files are counted on.</param>
internal sealed class StageBuilder(SourceMap map, int first, IReadOnlyList<string> columns, SourceRow row, IReadOnlyDictionary<string, TargetTable> tables, ProblemList problems)
{
    /// <summary>Tables that the map feeds or refers to, by entity; problems tell what does not fit.</summary>
    public static async Task<Dictionary<string, TargetTable>> TablesAsync(
        NpgsqlConnection connection, ImportMap map, ProblemList problems, CancellationToken cancellationToken)
    {
        Dictionary<string, TargetTable> tables = new(StringComparer.Ordinal);
        List<EntityMap> entities = [.. map.Sources.SelectMany(s => s.Entities)];
        foreach (var entity in entities)
        {
            if (await TargetTable.LoadAsync(connection, entity, problems, cancellationToken) is { } table)
            {
                tables[entity.Entity.Name] = table;
            }
        }

        foreach (var (entity, reference) in entities.SelectMany(e => e.References.Select(r => (e, r))))
        {
            if (tables.ContainsKey(reference.Target.Name) || entities.Exists(e => e.Entity.Name == reference.Target.Name))
            {
                continue;
            }

            if (await TargetTable.LoadReferredAsync(connection, reference.Target, entity.Place, problems, cancellationToken) is { } table)
            {
                tables[reference.Target.Name] = table;
            }
        }

        return tables;
    }

    public List<EntityStage> Build()
    {
        foreach (var named in map.Let)
        {
            if (!Lacks(named.Value, needed: true))
            {
                row.Add(named.Name, RowValue.Of(named.Value, row, map.MapFile));
            }
        }

        List<EntityStage> stages = [];
        foreach (var entity in map.Entities)
        {
            if (entity.When is { } when)
            {
                Lacks(when, needed: true);
            }

            stages.Add(new EntityStage(first + stages.Count, map, entity, tables[entity.Entity.Name], Fields(entity, stages),
                entity.When is { } condition && !problems.HasErrors ? RowValue.Of(condition, row, map.MapFile) : null));
        }

        return stages;
    }

    private List<StagedField> Fields(EntityMap entity, List<EntityStage> stages)
    {
        var table = tables[entity.Entity.Name];
        var keys = entity.Key.ToList();
        List<(Field Field, ValueMap Value, StagedRole Role, Reference? Reference, EntityStage? Same)> parts = [];
        foreach (var field in entity.Set)
        {
            parts.Add((field.Field, field.Value, StagedRole.Set, null, null));
        }

        foreach (var reference in entity.References)
        {
            var same = reference.Value is null ? stages.Find(s => s.Map.Entity == reference.Target) : null;
            var value = reference.Value ?? same?.Map.Set.First(f => f.Field == reference.By).Value;
            if (value is not null)
            {
                parts.Add((reference.Field, value, StagedRole.Reference, reference, same));
            }
        }

        parts.AddRange(entity.Least.Select(f => (f.Field, f.Value, StagedRole.Least, (Reference?)null, (EntityStage?)null)));
        parts.AddRange(entity.Greatest.Select(f => (f.Field, f.Value, StagedRole.Greatest, (Reference?)null, (EntityStage?)null)));

        // Keys first, in the order the map names them: rows are inserted in that order, beside their neighbours in the index.
        List<StagedField> fields = [];
        foreach (var (field, value, role, reference, same) in parts.OrderBy(p => keys.IndexOf(p.Field) is >= 0 and var place ? place : int.MaxValue))
        {
            var inKey = entity.Key.Contains(field);
            var column = table.Columns[field.Column];
            var by = reference is null ? null : tables[reference.Target.Name].Columns[reference.By.Column];
            if (Lacks(value, needed: inKey || column is { NotNull: true, DefaultValue: null, Identity: false }) || problems.HasErrors)
            {
                continue;
            }

            var phone = value.Phone is not { } country ? null
                : RowValue.Of(value with { Parts = [country.Text is [>= 'A' and <= 'Z', >= 'A' and <= 'Z'] ? country with { Text = $"'{country.Text}'" } : country] }, row, map.MapFile);
            FieldWriter writer = new(
                $"{entity.Entity.Name}.{field.Name}", reference?.By ?? field, by ?? column, value, RowValue.Of(value, row, map.MapFile), phone)
            { InKey = inKey, MayBeEmpty = reference is { EmptyWhenMissing: true } && column is not { NotNull: true, DefaultValue: null } };
            fields.Add(new StagedField(fields.Count, writer, role)
            {
                Column = column,
                Field = field,
                Reference = reference,
                By = by,
                SameRecord = same,
                InKey = inKey,
            });
        }

        return fields;
    }

    // A plain column that the file lacks leaves its field out, where the map allows it; inside an expression it reads as an empty cell.
    private bool Lacks(ValueMap value, bool needed)
    {
        foreach (var part in value.Phone is null ? value.Parts : [.. value.Parts, value.Phone])
        {
            var lacking = RowValue.ColumnsOf(part.Text).FirstOrDefault(c => !columns.Contains(c, StringComparer.Ordinal));
            if (lacking is null || (map.Format.SkipMissingColumns && !RowValue.IsColumn(part.Text)))
            {
                continue;
            }

            if (needed || !map.Format.SkipMissingColumns)
            {
                problems.Error(part.Place, "CE2130",
                    $"the file has no column '{Shown.Text(lacking)}'{Suggestion.For(lacking, columns)}; its columns are {Shown.Text(string.Join(", ", columns))}");
            }

            if (part != value.Phone)
            {
                return true;
            }
        }

        return false;
    }
}
