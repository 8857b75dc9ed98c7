using CampaignEngine.Database;

namespace CampaignEngine.Customers.Import;

/// <summary>What a staged field is for.</summary>
internal enum StagedRole
{
    Set,
    Reference,
    Least,
    Greatest,
}

/// <summary>One column of a staging table: c0, c1 ... in the order of the fields.</summary>
internal sealed record StagedField(int Number, FieldWriter Writer, StagedRole Role)
{
    public required TargetColumn Column { get; init; }

    public required Field Field { get; init; }

    /// <summary>Where a reference is looked up; null for other fields.</summary>
    public Reference? Reference { get; init; }

    public TargetColumn? By { get; init; }

    /// <summary>The target's stage when the same record describes the row referred to.</summary>
    public EntityStage? SameRecord { get; init; }

    public bool InKey { get; init; }

    /// <summary>Type of the staged value: that of the field, or of the field by which a reference is looked up.</summary>
    public FieldType Type => Reference?.By.Type ?? Field.Type;
}

/// <summary>Rows of one entity on their way to its staging table.</summary>
internal sealed class EntityStage(int number, SourceMap source, EntityMap map, TargetTable table, IReadOnlyList<StagedField> fields, RowValue? when)
{
    private readonly int _keys = fields.Count(f => f.InKey);
    private readonly RepeatedRows? _repeats = map.Numbered is null && table.Checks.Count == 0 && fields.All(f => f.Reference is null || f.SameRecord is not null) ? new() : null;
    private int _start;
    private int _keyEnd;

    /// <summary>The file whose records describe the rows.</summary>
    public SourceMap Source => source;

    public EntityMap Map => map;

    public TargetTable Table => table;

    public IReadOnlyList<StagedField> Fields => fields;

    /// <summary>Table that COPY fills, and the table of its rows as they will be: typed, resolved, one for each key.</summary>
    public string StageTable { get; } = $"import_stage_{number}";

    public string RowsTable { get; } = $"import_rows_{number}";

    public CopyBuffer Buffer { get; set; } = new();

    /// <summary>Whether the current record describes a row of this entity.</summary>
    public bool Active { get; private set; }

    /// <summary>Writes the row that the record describes; it counts only after <see cref="Accept"/>.</summary>
    public void Write(SourceRow row, long line)
    {
        _start = Buffer.Length;
        Active = when is null || Conversion.Holds(when.Read(row));
        if (!Active)
        {
            return;
        }

        Buffer.Row(fields.Count + 1);
        _keyEnd = Buffer.Length;
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields[i].SameRecord is { Active: false })
            {
                if (fields[i].InKey || fields[i].Column is { NotNull: true, DefaultValue: null })
                {
                    throw new RowFaultException($"{map.Entity.Name}.{fields[i].Field.Name} refers to {fields[i].Reference!.Target.Name}, of which this record describes none");
                }

                Buffer.Null();
            }
            else
            {
                fields[i].Writer.Write(row, Buffer);
            }

            if (i == _keys - 1)
            {
                _keyEnd = Buffer.Length;
            }
        }

        Buffer.Integer(line);
    }

    public void Accept()
    {
        const int LineBytes = 12;
        if (Active && _repeats is not null && _repeats.IsRepeat(Buffer.Slice(_start + 2, _keyEnd), Buffer.Slice(_start, Buffer.Length - LineBytes)))
        {
            Buffer.Length = _start;
        }
    }

    public void Refuse() => Buffer.Length = _start;
}
