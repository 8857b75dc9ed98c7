using System.Globalization;
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

    // Keys of one statement about a list: the orders of a batch of people are many.
    private const int MostKeys = 5_000;

    private readonly MessageShape _shape;
    private readonly PersonStatements _statements;
    private readonly List<BoundExpression> _columns;
    private readonly int _zoneColumn;
    private readonly int _languageColumn;
    private readonly int _countryColumn;
    private readonly int[] _slots;
    private readonly List<Reading> _readings;

    /// <param name="model">The model the mailing was planned with.</param>
    /// <param name="shape">What the templates use.</param>
    /// <param name="options">The instant and zone that computed fields mean.</param>
    public RecipientReader(CustomerModel model, MessageShape shape, SelectionOptions options)
    {
        _shape = shape;
        _slots = [.. shape.Fields.Select(f => shape.Shape.Slot(f.Path))];
        var people = model.People;
        _statements = new PersonStatements(model, people, options);
        var problems = new ProblemList();
        var binder = new ConditionBinder(model, problems);
        BoundExpression Bind(string expression, Entity entity) => binder.BindExpression(new Written(expression, new Place(model.File, 1, 1)), entity)
            ?? throw new InvalidOperationException($"'{expression}' of {entity.Name} cannot be read: {problems.Items[^1].Text}");

        _columns = [.. shape.Fields.Select(f => Bind(f.Expression, people))];
        int Extra(Field? field)
        {
            if (field is null)
            {
                return -1;
            }

            _columns.Add(Bind(field.Name, people));
            return _columns.Count;
        }

        (_zoneColumn, _languageColumn, _countryColumn) = (Extra(people.TimeZone), Extra(people.Language), Extra(people.Country));
        _readings = [.. Readings(model, people, shape.Shape, shape.Lists, options, Bind)];
    }

    // The same relation under two names is read once.
    private static IEnumerable<Reading> Readings(
        CustomerModel model, Entity from, Templating.Shape shape, IReadOnlyList<MessageShape.ListSlot> lists, SelectionOptions options, Func<string, Entity, BoundExpression> bind)
    {
        foreach (var same in lists.GroupBy(l => l.Relation))
        {
            var (list, target) = (same.First(), model.Entities[same.Key.Target]);
            var element = shape.MemberType(list.Path).Element!.Shape!;
            List<BoundExpression> columns = [.. list.Fields.Select(f => bind(f.Expression, target))];
            if (list.Lists.Count > 0)
            {
                columns.Add(bind(target.Key.Name, target));
            }

            yield return new Reading(
                new PersonStatements(model, from, options), list.Relation, list.Fields, columns, [.. list.Fields.Select(f => element.Slot(f.Path))],
                [.. same.Select(l => shape.Slot(l.Path))], [.. Readings(model, target, element, list.Lists, options, bind)]);
        }
    }

    /// <summary>A row for each key that still exists.</summary>
    public async Task<IReadOnlyDictionary<string, Row>> ReadAsync(NpgsqlConnection connection, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<string, Row>(keys.Count, StringComparer.Ordinal);
        await using (var command = _statements.Values(_columns, keys).ToCommand(connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var row = new Row(_shape.Shape);
                for (var i = 0; i < _slots.Length; i++)
                {
                    Set(row, _slots[i], _shape.Fields[i].Field, reader, i + 1);
                }

                row.Zone = ZoneOf(reader);
                row.Language = RecipientCulture.Of(TextAt(reader, _languageColumn), TextAt(reader, _countryColumn));
                rows[reader.GetString(0)] = row;
            }
        }

        foreach (var reading in _readings)
        {
            var owners = rows.ToDictionary(r => r.Key, r => new List<Row> { r.Value }, StringComparer.Ordinal);
            await ReadListAsync(connection, reading, owners, cancellationToken);
        }

        return rows;
    }

    /// <param name="owners">The rows that get a list, by the key they have in the database; the same one may stand in two places of the message.</param>
    private static async Task ReadListAsync(NpgsqlConnection connection, Reading reading, Dictionary<string, List<Row>> owners, CancellationToken cancellationToken)
    {
        foreach (var row in owners.Values.SelectMany(r => r))
        {
            // A list without rows is empty, not null.
            row.List(reading.Slots[0]);
            for (var i = 1; i < reading.Slots.Length; i++)
            {
                row.ShareList(reading.Slots[0], reading.Slots[i]);
            }
        }

        foreach (var keys in owners.Keys.Chunk(MostKeys))
        {
            var elements = new Dictionary<string, List<Row>>(StringComparer.Ordinal);
            await using (var command = reading.Statements.Related(reading.Relation, reading.Columns, keys, MostRows).ToCommand(connection))
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                while (await reader.ReadAsync(cancellationToken))
                {
                    if (owners.TryGetValue(reader.GetString(0), out var rows))
                    {
                        Add(reading, reader, rows, elements);
                    }
                }
            }

            foreach (var inner in elements.Count == 0 ? [] : reading.Inner)
            {
                await ReadListAsync(connection, inner, elements, cancellationToken);
            }
        }
    }

    private static void Add(Reading reading, NpgsqlDataReader reader, List<Row> owners, Dictionary<string, List<Row>> elements)
    {
        foreach (var row in owners)
        {
            var element = row.List(reading.Slots[0]).Add();
            for (var i = 0; i < reading.Fields.Count; i++)
            {
                Set(element, reading.FieldSlots[i], reading.Fields[i].Field, reader, i + 1);
            }

            if (reading.Inner.Count > 0)
            {
                var key = Convert.ToString(reader.GetValue(reading.Fields.Count + 1), CultureInfo.InvariantCulture)!;
                (elements.TryGetValue(key, out var same) ? same : elements[key] = []).Add(element);
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
                row.SetNumber(slot, reader.GetValue(column) is decimal exact ? exact : Convert.ToDecimal(reader.GetValue(column), CultureInfo.InvariantCulture));
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
    private TimeZoneInfo? ZoneOf(NpgsqlDataReader reader) => TextAt(reader, _zoneColumn) is { } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;

    private static string? TextAt(NpgsqlDataReader reader, int column) => column < 0 || reader.IsDBNull(column) ? null : reader.GetString(column);

    private sealed record Reading(
        PersonStatements Statements, Relation Relation, IReadOnlyList<MessageShape.FieldSlot> Fields, IReadOnlyList<BoundExpression> Columns, int[] FieldSlots,
        int[] Slots, IReadOnlyList<Reading> Inner);
}
