using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;

namespace CampaignEngine.Tracking.Orders;

/// <summary>The model's table of orders, as a shop's orders have to fit it: that of the rfm section, else the entity <c>orders</c>.</summary>
public sealed class OrderTable
{
    private static readonly string[] Stated = ["kind", "currency", "keycode"];
    private readonly CustomerModel _model;
    private readonly Relation _relation;
    private readonly Field _at;
    private readonly Field? _amount;

    private OrderTable(CustomerModel model, Relation relation, Entity entity, Field at) =>
        (_model, _relation, Entity, _at, _amount) = (model, relation, entity, at, RelationTime.Amount(model, entity));

    public Entity Entity { get; }

    /// <summary>The built-in one, which is written to.</summary>
    public bool IsBuiltIn => Entity.Table == new SqlName("crm", "orders") && Unsubscribing.KeepsConsents(_model);

    /// <summary>Null: the model has no orders that belong to people and have a time.</summary>
    public static OrderTable? Of(CustomerModel model)
    {
        var relation = model.Rfm?.Orders ?? model.People.Relations.Values.FirstOrDefault(r => r is { Many: true, Target: "orders" });
        return relation is not null && model.Entities.TryGetValue(relation.Target, out var entity) && RelationTime.Of(model, entity) is { } at ? new OrderTable(model, relation, entity, at) : null;
    }

    /// <summary>True where the rule's rows are these.</summary>
    internal bool Holds(BoundRelation rule) => rule.Rows.Path is [var only] && only.Target == Entity.Name && only.To == _relation.To && only.From == _model.People.Key;

    /// <summary>Puts a further field where its column is; null, or what is wrong with it.</summary>
    public string? Put(JsonObject row, string name, JsonElement value)
    {
        if (!Entity.Fields.TryGetValue(name, out var field) || field.Is is not null)
        {
            return $"names the field '{Shown.Text(name)}', which {Entity.Name} does not have{Suggestion.For(name, Entity.Fields.Keys)}";
        }

        if (field == _at || field == _amount || field == Entity.Label || field == Entity.Key || field == _relation.To || field == Entity.Coupon || Stated.Contains(name))
        {
            return $"states '{name}' among its fields; it has a key of its own";
        }

        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (!Fits(field.Type, value))
        {
            return $"has no value of the type {field.Type.ToString().ToLowerInvariant()} in '{name}'";
        }

        Set(row, field, JsonNode.Parse(value.GetRawText()));
        return null;
    }

    /// <summary>The row that the order would be in the table, by columns.</summary>
    /// <param name="customerKey">Null: nobody we know.</param>
    /// <returns>The row, or what does not fit.</returns>
    internal (JsonObject? Row, string? Why) RowOf(ShopOrder order, string? customerKey)
    {
        var row = (JsonObject)order.Fields.DeepClone();
        if (Entity.Label.Type == FieldType.Integer && !long.TryParse(order.Number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        {
            return (null, $"has an order number that is no whole number, as {Entity.Name}.{Entity.Label.Name} is");
        }

        Set(row, Entity.Label, order.Number);
        Set(row, _at, order.At.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
        if (_amount is not null)
        {
            Set(row, _amount, order.Amount);
        }

        if (customerKey is not null)
        {
            Set(row, _relation.To, customerKey);
        }

        foreach (var (name, value) in ((string, string?)[])[("kind", order.Kind), ("currency", order.Currency), ("keycode", order.Keycode is { } code ? Keycodes.Of(code.MailingId, code.Ordinal) : null)])
        {
            if (value is not null && Entity.Fields.TryGetValue(name, out var field) && field is { Type: FieldType.Text, Is: null })
            {
                Set(row, field, value);
            }
        }

        if (order.Coupon is { Length: > 0 } coupon)
        {
            Set(row, Entity.Coupon!, coupon);
        }

        return (row, null);
    }

    private static void Set(JsonObject row, Field field, JsonNode? value)
    {
        if (field.JsonKey is null)
        {
            row[field.Column] = value;
            return;
        }

        if (row[field.Column] is not JsonObject inner)
        {
            row[field.Column] = inner = [];
        }

        inner[field.JsonKey] = value;
    }

    private static bool Fits(FieldType type, JsonElement value) => type switch
    {
        FieldType.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        FieldType.Integer => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        FieldType.Number or FieldType.Money => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && Math.Abs(number) < 1_000_000_000,
        FieldType.Date => value.ValueKind == JsonValueKind.String && DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", out _),
        FieldType.Time => value.ValueKind == JsonValueKind.String && BatchLines.TryTime(value.GetString(), out _),
        FieldType.Text => value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= 1000 } text && !text.Contains('\0', StringComparison.Ordinal),
        FieldType.Uuid => value.ValueKind == JsonValueKind.String && Guid.TryParseExact(value.GetString(), "D", out _),
        _ => false,
    };
}
