using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Templating;
using Npgsql;

namespace CampaignEngine.Rendering;

/// <summary>Reads what the templates of a mailing use, for many people at once: one statement for the people and one for each relation.</summary>
public sealed class RecipientReader
{
    /// <summary>Rows of one relation that one message sees at most, the newest first.</summary>
    public const int MostRows = 50;

    private readonly MessageShape _shape;
    private readonly PersonStatements _statements;
    private readonly List<BoundExpression> _columns;
    private readonly int _zoneColumn = -1;
    private readonly List<Reading> _readings = [];

    /// <param name="model">The model the mailing was planned with.</param>
    /// <param name="shape">What the templates use.</param>
    /// <param name="options">The instant and zone that computed fields mean.</param>
    public RecipientReader(CustomerModel model, MessageShape shape, SelectionOptions options)
    {
        _shape = shape;
        var people = model.People;
        _statements = new PersonStatements(model, people, options);
        var problems = new ProblemList();
        var binder = new ConditionBinder(model, problems);
        BoundExpression Bind(string expression, Entity entity) => binder.BindExpression(new Written(expression, new Place(model.File, 1, 1)), entity)
            ?? throw new InvalidOperationException($"'{expression}' of {entity.Name} cannot be read: {problems.Items[^1].Text}");

        _columns = [.. shape.Fields.Select(f => Bind(f.Expression, people))];
        if (people.TimeZone is { } zone)
        {
            _zoneColumn = _columns.Count;
            _columns.Add(Bind(zone.Name, people));
        }

        // The same relation under two names is read once.
        foreach (var lists in shape.Lists.GroupBy(l => l.Relation))
        {
            var target = model.Entities[lists.Key.Target];
            _readings.Add(new Reading(lists.Key, lists.First().Fields, [.. lists.First().Fields.Select(f => Bind(f.Name, target))],
                [.. lists.Select(l => shape.Shape.Slot(l.Path))]));
        }
    }

    /// <summary>A row for each key that still exists.</summary>
    public async Task<IReadOnlyDictionary<string, Row>> ReadAsync(NpgsqlConnection connection, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<string, Row>(keys.Count, StringComparer.Ordinal);
        await using (var command = _statements.Values(_columns, keys).ToCommand(connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            var slots = _shape.Fields.Select(f => _shape.Shape.Slot(f.Path)).ToArray();
            while (await reader.ReadAsync(cancellationToken))
            {
                var row = new Row(_shape.Shape);
                for (var i = 0; i < slots.Length; i++)
                {
                    Set(row, slots[i], _shape.Fields[i].Field, reader, i + 1);
                }

                row.Zone = ZoneOf(reader);
                rows[reader.GetString(0)] = row;
            }
        }

        foreach (var reading in _readings)
        {
            await ReadListAsync(connection, reading, keys, rows, cancellationToken);
        }

        return rows;
    }

    private async Task ReadListAsync(
        NpgsqlConnection connection, Reading reading, IReadOnlyCollection<string> keys, Dictionary<string, Row> rows, CancellationToken cancellationToken)
    {
        foreach (var row in rows.Values)
        {
            // A list without rows is empty, not null.
            Array.ForEach(reading.Slots, slot => row.List(slot));
        }

        await using var command = _statements.Related(reading.Relation, reading.Columns, keys, MostRows).ToCommand(connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!rows.TryGetValue(reader.GetString(0), out var row))
            {
                continue;
            }

            foreach (var slot in reading.Slots)
            {
                var element = row.List(slot).Add();
                for (var i = 0; i < reading.Fields.Count; i++)
                {
                    Set(element, element.Shape.Slot(reading.Fields[i].Name), reading.Fields[i], reader, i + 1);
                }
            }
        }
    }

    private static void Set(Row row, int slot, Field field, NpgsqlDataReader reader, int column)
    {
        if (reader.IsDBNull(column))
        {
            row.SetNull(slot);
            return;
        }

        switch (field.Type)
        {
            case FieldType.Integer:
                row.SetInteger(slot, reader.GetInt64(column));
                break;
            case FieldType.Number or FieldType.Money:
                row.SetNumber(slot, reader.GetValue(column) is decimal exact ? exact : Convert.ToDecimal(reader.GetValue(column), System.Globalization.CultureInfo.InvariantCulture));
                break;
            case FieldType.Boolean:
                row.SetBoolean(slot, reader.GetBoolean(column));
                break;
            case FieldType.Date:
                row.SetDate(slot, reader.GetFieldValue<DateOnly>(column));
                break;
            case FieldType.Time:
                var time = reader.GetFieldValue<DateTime>(column);
                row.SetTime(slot, new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)));
                break;
            case FieldType.TextList:
                var list = row.List(slot);
                foreach (var item in reader.GetFieldValue<string?[]>(column))
                {
                    list.Add().SetText(0, item);
                }

                break;
            default:
                row.SetText(slot, reader.GetValue(column) as string ?? reader.GetValue(column).ToString());
                break;
        }
    }

    // A zone that the system does not know shows times in the engine's zone, like one that is missing.
    private TimeZoneInfo? ZoneOf(NpgsqlDataReader reader) =>
        _zoneColumn >= 0 && !reader.IsDBNull(_zoneColumn + 1) && TimeZoneInfo.TryFindSystemTimeZoneById(reader.GetString(_zoneColumn + 1), out var zone) ? zone : null;

    private sealed record Reading(Relation Relation, IReadOnlyList<Field> Fields, IReadOnlyList<BoundExpression> Columns, int[] Slots);
}
