using System.Globalization;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Templating;

namespace CampaignEngine.Rendering.TemplateTests;

/// <summary>A made-up person: values written in a test, checked against the model and set where a message finds those of real ones.</summary>
internal sealed class SampleRow(CustomerModel model, TimeZoneInfo zone, ProblemList problems)
{
    /// <summary>Reports names that the model does not have, and values of another type.</summary>
    public void Check(TemplateTest test)
    {
        Check(test.Customer, model.People);
        if (test.Orders is { } orders)
        {
            if (model.People.Relations.TryGetValue("orders", out var relation))
            {
                Rows(orders, relation);
            }
            else
            {
                problems.Error(orders.Place, "CE3604", $"{model.People.Name} of {model.File} have no relation 'orders'; write rows of other relations below 'customer'");
            }
        }
    }

    public Row Of(TemplateTest test, MessageShape shape)
    {
        var row = new Row(shape.Shape);
        foreach (var field in shape.Fields)
        {
            Set(row, shape.Shape.Slot(field.Path), field.Field, Find(test.Customer, field.Expression));
        }

        foreach (var list in shape.Lists)
        {
            var node = test.Customer?[list.Relation.Name] ?? (list.Relation.Name == "orders" ? test.Orders : null);
            Fill(row.List(shape.Shape.Slot(list.Path)), list, node);
        }

        row.Zone = Text(test, model.People.TimeZone) is { } own && TimeZoneInfo.TryFindSystemTimeZoneById(own, out var found) ? found : null;
        row.Language = RecipientCulture.Of(test.Language ?? Text(test, model.People.Language), Text(test, model.People.Country));
        return row;
    }

    private static string? Text(TemplateTest test, Field? field) => field is null ? null : test.Customer?.Text(field.Name);

    private void Check(YamlMapping? values, Entity entity)
    {
        foreach (var (key, value) in values?.Entries ?? [])
        {
            if (entity.Fields.TryGetValue(key.Text, out var field))
            {
                if (value is YamlScalar { IsNull: false } scalar ? Read(field, scalar.Text) is null : field.Type != FieldType.TextList && value is not YamlScalar)
                {
                    problems.Error(value.Place, "CE3605", $"'{key.Text}' of {entity.Name} is {Kind(field)}, and this is not one; write for example '{key.Text}: {Example(field)}'");
                }
            }
            else if (entity.Relations.TryGetValue(key.Text, out var relation))
            {
                Rows(value, relation);
            }
            else
            {
                problems.Error(key.Place, "CE3604", $"unknown field '{Shown.Text(key.Text)}' of {entity.Name}{Suggestion.For(key.Text, entity.Fields.Keys.Concat(entity.Relations.Keys))}");
            }
        }
    }

    private void Rows(YamlNode node, Relation relation)
    {
        foreach (var item in Items(node))
        {
            if (item is YamlMapping row)
            {
                Check(row, model.Entities[relation.Target]);
            }
            else
            {
                problems.Error(item.Place, "CE3605", $"'{relation.Name}' takes rows of {relation.Target}, each with its fields, not {item.KindName}");
            }
        }
    }

    private static IReadOnlyList<YamlNode> Items(YamlNode? node) => node switch { null or YamlScalar { IsNull: true } => [], YamlSequence list => list.Items, _ => [node] };

    private static YamlNode? Find(YamlMapping? values, string path)
    {
        YamlNode? node = values;
        foreach (var step in path.Split('.'))
        {
            node = (Items(node) is [YamlMapping first, ..] ? first : null)?[step];
        }

        return node;
    }

    private void Fill(RowList rows, MessageShape.ListSlot list, YamlNode? node)
    {
        foreach (var item in Items(node).OfType<YamlMapping>())
        {
            var row = rows.Add();
            foreach (var field in list.Fields)
            {
                Set(row, row.Shape.Slot(field.Path), field.Field, Find(item, field.Expression));
            }

            foreach (var inner in list.Lists)
            {
                Fill(row.List(row.Shape.Slot(inner.Path)), inner, item[inner.Relation.Name]);
            }
        }
    }

    private void Set(Row row, int slot, Field field, YamlNode? node)
    {
        if (field.Type == FieldType.TextList)
        {
            var list = row.List(slot);
            foreach (var element in Items(node).OfType<YamlScalar>())
            {
                list.Add().SetText(0, element.Text);
            }

            return;
        }

        switch (node is YamlScalar { IsNull: false } scalar ? Read(field, scalar.Text) : Empty(field))
        {
            case null:
                row.SetNull(slot);
                break;
            case long integer:
                row.SetInteger(slot, integer);
                break;
            case decimal number:
                row.SetNumber(slot, number);
                break;
            case bool truth:
                row.SetBoolean(slot, truth);
                break;
            case DateOnly date:
                row.SetDate(slot, date);
                break;
            case DateTimeOffset time:
                row.SetTime(slot, time);
                break;
            case var text:
                row.SetText(slot, (string)text);
                break;
        }
    }

    // A field that is never null in the database is not null here either.
    private static object? Empty(Field field) => field.Nullable ? null : field.Type switch
    {
        FieldType.Integer => 0L,
        FieldType.Number or FieldType.Money => 0m,
        FieldType.Boolean => false,
        FieldType.Date => new DateOnly(2026, 1, 1),
        FieldType.Time => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        _ => "",
    };

    /// <returns>Null when the text is no value of the field's type.</returns>
    private object? Read(Field field, string text) => field.Type switch
    {
        FieldType.Integer => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) ? integer : null,
        FieldType.Number or FieldType.Money => decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null,
        FieldType.Boolean => text switch { "true" => true, "false" => false, _ => null },
        FieldType.Date => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null,
        FieldType.Time => Time(text),
        _ => text,
    };

    private DateTimeOffset? Time(string text)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            text = date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + " 00:00";
        }

        return Quantity.TryLocalTime(text, out var local) is null ? new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime()
            : DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd HH:mm:sszzz", "yyyy-MM-dd HH:mmzzz", "yyyy-MM-dd'T'HH:mmK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
    }

    private static string Kind(Field field) => field.Type switch
    {
        FieldType.Integer => "a whole number",
        FieldType.Number or FieldType.Money => "a number",
        FieldType.Boolean => "true or false",
        FieldType.Date => "a date",
        FieldType.Time => "a date and time",
        _ => "a text",
    };

    private static string Example(Field field) => field.Type switch
    {
        FieldType.Integer => "3",
        FieldType.Number or FieldType.Money => "12.50",
        FieldType.Boolean => "true",
        FieldType.Date => "1990-02-03",
        FieldType.Time => "2026-02-03 10:00",
        _ => "Mei",
    };
}
