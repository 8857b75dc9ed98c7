using System.Text.RegularExpressions;
using CampaignEngine.Authoring;

namespace CampaignEngine.Customers;

/// <summary>The shape of model.yaml.</summary>
public static partial class ModelShape
{
    public static readonly IReadOnlyDictionary<string, FieldType> Types = new Dictionary<string, FieldType>(StringComparer.Ordinal)
    {
        ["text"] = FieldType.Text,
        ["integer"] = FieldType.Integer,
        ["number"] = FieldType.Number,
        ["money"] = FieldType.Money,
        ["boolean"] = FieldType.Boolean,
        ["date"] = FieldType.Date,
        ["time"] = FieldType.Time,
        ["text[]"] = FieldType.TextList,
        ["uuid"] = FieldType.Uuid,
    };

    /// <summary>Words of the condition language: a field of that name could not be told from them.</summary>
    public static readonly IReadOnlySet<string> Reserved = new HashSet<string>(StringComparer.Ordinal)
    {
        "and", "or", "not", "in", "between", "like", "is", "null", "within", "where", "true", "false", "desc", "asc", "by",
        "count", "sum", "min", "max", "avg", "has", "last", "first", "contacted", "responded", "opened", "clicked", "rfm", "now", "today",
    };

    private static readonly ScalarKind TypeKind = new("type", "text?", @"^(text|integer|number|money|boolean|date|time|text\[\]|uuid)\??$", text =>
        Types.ContainsKey(text.TrimEnd('?')) && text.Length - text.TrimEnd('?').Length <= 1 ? null
        : $"'{Shown.Text(text)}' is not a type{Suggestion.For(text, Types.Keys)}; types are {string.Join(", ", Types.Keys)}, each with a '?' behind it when it may be null");

    private static readonly ScalarKind TableKind = new("table or view", "crm.customers", @"^[^.]+(\.[^.]+)?$", text =>
        TableText().IsMatch(text) ? null : $"'{Shown.Text(text)}' is not a table or view; write 'schema.name'");

    private static readonly ScalarKind ColumnKind = new("column", "customer_no", null, text =>
        text.Length is > 0 and <= 63 ? null : $"'{Shown.Text(text)}' is not a column name; PostgreSQL names have 1 to 63 characters");

    private static readonly Shape FieldName = new ScalarShape(ScalarKind.Identifier) { Description = "Name of a field of this entity." };

    private static readonly Shape FieldShape = new EitherShape(
        new ScalarShape(TypeKind) { Description = "Type of the column with the field's name; '?' when it may be null." },
        new MapShape(
            new("type", new ScalarShape(TypeKind) { Description = "Type of the field; '?' when it may be null." }) { Required = true },
            new("column", new ScalarShape(ColumnKind) { Description = "Column of the table." }) { Default = "the field's name" },
            new("json", new ScalarShape(ColumnKind) { Description = "Key inside a jsonb column." }),
            new("is", new ScalarShape(ScalarKind.Condition) { Description = "Expression of the condition language that computes the field, such as max(orders.ordered_at)." }),
            new("description", new ScalarShape(ScalarKind.Text) { Description = "What the field means, shown to authors." }))
        { Description = "Long form of a field." })
    { Description = "A field: its type, or the long form." };

    private static readonly Shape RelationShape = new MapShape(
        new("many", new ScalarShape(ScalarKind.Identifier) { Description = "Entity of which any number of rows belong to one row of this one." }),
        new("one", new ScalarShape(ScalarKind.Identifier) { Description = "Entity of which at most one row belongs to a row of this one." }),
        new("from", FieldName with { Description = "Field of this entity." }) { Required = true },
        new("to", FieldName with { Description = "Field of the other entity that holds the same value." }) { Required = true })
    { Description = "Rows of another entity that belong to a row of this one." };

    private static readonly Shape ContactShape = new MapShape(
        new("address", FieldName with { Description = "Field with the e-mail address, the phone number, or the first line of the postal address." }) { Required = true },
        new("more", new ListShape(FieldName) { Description = "Further fields of a postal address, in order." }),
        new("consent", FieldName with { Description = "Boolean field, or text field with granted, withdrawn or unknown." }),
        new("policy", new ChoiceShape("opt-in", "opt-out") { Description = "opt-in reaches only those whose consent is granted; opt-out everyone but those who withdrew it." }) { Default = "opt-in" })
    { Description = "How people are reached on this channel." };

    private static readonly Shape EntityShape = new MapShape(
        new("table", new ScalarShape(TableKind) { Description = "Table or view that holds the rows." }) { Required = true },
        new("key", FieldName with { Description = "Field that identifies a row: unique and never null." }) { Required = true },
        new("label", FieldName with { Description = "Field by which people name a row." }) { Default = "the key" },
        new("fields", new NamedShape(ScalarKind.Identifier, FieldShape) { Description = "Fields by name." }) { Required = true },
        new("relations", new NamedShape(ScalarKind.Identifier, RelationShape) { Description = "Relations to other entities, by name." }),
        new("contacts", new MapShape([.. Channels.Select(c => new KeyShape(c, ContactShape))]) { Description = "Contact points by channel; only the people entity has them." }),
        new("cost", new ScalarShape(ScalarKind.Condition) { Description = "What a row's goods cost: a field or an expression, such as sum(lines.cost). Margins in reports are of it." }),
        new("coupon", FieldName with { Description = "Text field with the coupon code of an order. Orders with a campaign's code are shown in its report, also those of people whom nobody knows." }),
        new("household", FieldName with { Description = "Field that is equal for people of one household." }),
        new("time_zone", FieldName with { Description = "Text field with the person's IANA time zone." }),
        new("language", FieldName with { Description = "Text field with the person's language (BCP 47)." }),
        new("country", FieldName with { Description = "Text field with the person's country (ISO 3166 alpha-2)." }),
        new("list", FieldName with { Description = "Text field with the list the person came from, which reports group by." }))
    { Description = "One table or view." };

    public static string[] Channels => ["email", "sms", "print", "call"];

    public static MapShape Shape { get; } = new(
        new("people", new ScalarShape(ScalarKind.Identifier) { Description = "Entity whose rows are the people." }) { Default = "customers" },
        new("entities", new NamedShape(ScalarKind.Identifier, EntityShape) { Description = "Tables and views by the name authors use." }) { Required = true },
        new("rfm", new MapShape(
            new("orders", FieldName with { Description = "Relation of the people entity that holds the purchases." }) { Required = true },
            new("at", FieldName with { Description = "Time field of the purchase." }) { Required = true },
            new("amount", FieldName with { Description = "Money or number field of the purchase." }) { Required = true },
            new("where", new ScalarShape(ScalarKind.Condition) { Description = "Condition on a purchase that must hold for it to count for recency and frequency." }) { Default = "all count" },
            new("tracked", new ScalarShape(ScalarKind.Boolean) { Description = "Changes of the table are reported to the engine by triggers, as those of crm.orders are." }) { Default = "false" })
        { Description = "What counts as a purchase for rfm.recency, rfm.frequency and rfm.monetary." }))
    {
        Description = "The customer database as it is: which tables hold people and what belongs to them.",
    };

    [GeneratedRegex(@"\A[^.]{1,63}(\.[^.]{1,63})?\z")]
    private static partial Regex TableText();
}
