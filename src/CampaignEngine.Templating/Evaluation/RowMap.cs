namespace CampaignEngine.Templating.Evaluation;

/// <summary>A row, or an object inside it, as an object of the language: for templates that run on the slower path.</summary>
internal sealed class RowMap(Row row, string prefix, Shape shape) : ScriptMap
{
    public override int Count => shape.Members.Count;

    public override IEnumerable<string> Names => shape.Members.Select(m => m.Name).Concat(base.Names.Where(n => shape.Find(n) is null));

    public override bool TryGet(string name, out object? value)
    {
        // A template may set a member, or the engine keeps a converted value: those come first.
        if (base.TryGet(name, out value))
        {
            return true;
        }

        if (shape.Find(name) is not { } member)
        {
            return false;
        }

        value = Read(row, row.Shape.Slot(prefix + name), member, prefix + name);
        return true;
    }

    private static object? Read(Row row, int index, ShapeMember member, string path)
    {
        ref readonly var slot = ref row[index];
        switch (slot.Kind)
        {
            case Row.SlotKind.Text:
                return slot.Text;
            case Row.SlotKind.Utf8:
                return System.Text.Encoding.UTF8.GetString(slot.Utf8.Span);
            case Row.SlotKind.Integer:
                return Integers.Fit(slot.Bits);
            case Row.SlotKind.Number:
                return slot.Number;
            case Row.SlotKind.Boolean:
                return slot.Bits != 0;
            case Row.SlotKind.Date:
                return DateOnly.FromDayNumber((int)slot.Bits);
            case Row.SlotKind.Time:
                return new DateTimeOffset(slot.Bits, TimeSpan.Zero);
            case Row.SlotKind.Any:
                return slot.Value;
            case Row.SlotKind.Present when member.Type.Shape is { } inner:
                return new RowMap(row, path + ".", inner);
            case Row.SlotKind.List:
                return ToList(slot.List!, member.Type.Element!);
        }

        // A list without rows is empty, and an object that its shape calls never null is there even when nothing in it is set.
        return member.Type.Kind switch
        {
            ShapeKind.List when !member.Nullable => new ScriptList(),
            ShapeKind.Object when !member.Nullable => new RowMap(row, path + ".", member.Type.Shape!),
            _ => null,
        };
    }

    private static ScriptList ToList(RowList rows, ShapeType element)
    {
        var list = new ScriptList(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            list.Add(element.Shape is { } shape ? new RowMap(rows[i], string.Empty, shape) : Read(rows[i], 0, rows[i].Shape.Members[0], "value"));
        }

        return list;
    }
}
