using CampaignEngine.Authoring;

namespace CampaignEngine.Customers;

/// <summary>
/// The customer database as model.yaml maps it: what conditions, imports and templates may name. Loaded once, never changed.
/// All checking is against this record, without touching data.
/// </summary>
public sealed record CustomerModel
{
    public required string File { get; init; }

    /// <summary>Entities by name, as authors write them ("customers", "orders").</summary>
    public required IReadOnlyDictionary<string, Entity> Entities { get; init; }

    /// <summary>The entity whose rows are the people: the default of audience.from and query.</summary>
    public required Entity People { get; init; }

    /// <summary>What counts as a purchase for rfm.*; null when the model declares none.</summary>
    public RfmSource? Rfm { get; init; }
}

/// <summary>One table or view.</summary>
public sealed record Entity
{
    public required string Name { get; init; }

    public required SqlName Table { get; init; }

    /// <summary>The field that identifies a row; never null, unique.</summary>
    public required Field Key { get; init; }

    /// <summary>The field people use to name a row ("customer_no"); the key when none is declared.</summary>
    public required Field Label { get; init; }

    public required IReadOnlyDictionary<string, Field> Fields { get; init; }

    public required IReadOnlyDictionary<string, Relation> Relations { get; init; }

    /// <summary>Contact points by channel: "email", "sms", "print", "call". Only the people entity has them.</summary>
    public IReadOnlyDictionary<string, ContactPoint> Contacts { get; init; } = new Dictionary<string, ContactPoint>();

    /// <summary>Expression of what the goods of a row cost, in the currency of its amount; null when the model does not say.</summary>
    public Written? Cost { get; init; }

    /// <summary>Text field with the coupon code of a row; null when there is none.</summary>
    public Field? Coupon { get; init; }

    /// <summary>The field that ties people into households; null when there is none.</summary>
    public Field? Household { get; init; }

    /// <summary>Text field with the IANA time zone, language (BCP 47) and country (ISO alpha-2) of the person; each may be missing.</summary>
    public Field? TimeZone { get; init; }

    public Field? Language { get; init; }

    public Field? Country { get; init; }

    /// <summary>Text field with the list the person came from: what reports by list group by; null when there is none.</summary>
    public Field? List { get; init; }
}

/// <summary>A quoted SQL identifier pair; both parts come from model.yaml only.</summary>
public sealed record SqlName(string Schema, string Name)
{
    public string Quoted => $"{Quote(Schema)}.{Quote(Name)}";

    public static string Quote(string identifier) => "\"" + identifier.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    public override string ToString() => $"{Schema}.{Name}";
}

/// <summary>One column, or one key of a jsonb column.</summary>
public sealed record Field
{
    public required string Name { get; init; }

    public required string Column { get; init; }

    public required FieldType Type { get; init; }

    /// <summary>May be null: templates must guard it, conditions on it fail when it is.</summary>
    public bool Nullable { get; init; }

    /// <summary>Key inside the jsonb column <see cref="Column"/>; null for an ordinary column.</summary>
    public string? JsonKey { get; init; }

    /// <summary>Expression of the condition language that computes the field ("max(orders.ordered_at)"); null for a stored field. <see cref="Column"/> then names nothing.</summary>
    public Written? Is { get; init; }

    public string? Description { get; init; }
}

/// <summary>Types of fields, literals and expressions.</summary>
public enum FieldType
{
    /// <summary>Unicode text.</summary>
    Text,

    /// <summary>64-bit whole number.</summary>
    Integer,

    /// <summary>Exact decimal number.</summary>
    Number,

    /// <summary>Exact decimal number that is an amount of money in the currency of its row.</summary>
    Money,

    Boolean,

    /// <summary>Calendar day without a time.</summary>
    Date,

    /// <summary>Instant (timestamptz).</summary>
    Time,

    /// <summary>A list of texts (text[]).</summary>
    TextList,

    /// <summary>uuid; compared with text literals.</summary>
    Uuid,
}

/// <summary>From one entity to rows of another: own field = target's field.</summary>
public sealed record Relation
{
    public required string Name { get; init; }

    /// <summary>Name of the target entity.</summary>
    public required string Target { get; init; }

    /// <summary>False: at most one target row (field path "household.name"). True: many (aggregates, loops).</summary>
    public required bool Many { get; init; }

    public required Field From { get; init; }

    public required Field To { get; init; }
}

/// <summary>How a person is reached on one channel.</summary>
public sealed record ContactPoint
{
    public required string Channel { get; init; }

    /// <summary>The address field: e-mail address, phone number, or first line of the postal address.</summary>
    public required Field Address { get; init; }

    /// <summary>Further fields that make a postal address, in order; empty for the other channels.</summary>
    public IReadOnlyList<Field> More { get; init; } = [];

    /// <summary>Boolean field, or text field with granted/withdrawn/unknown; null when the database keeps none.</summary>
    public Field? Consent { get; init; }

    /// <summary>True: only granted consent reaches (opt-in). False: everyone but the withdrawn (opt-out).</summary>
    public bool OptIn { get; init; } = true;
}

/// <summary>The relation and fields that make rfm.*: which orders count, when they were, what they were worth.</summary>
public sealed record RfmSource
{
    /// <summary>A many-relation of the people entity.</summary>
    public required Relation Orders { get; init; }

    public required Field At { get; init; }

    public required Field Amount { get; init; }

    /// <summary>Condition on the order row that must hold for it to count, for recency, frequency and monetary alike; null counts all. See docs/rfm.md.</summary>
    public Written? Where { get; init; }

    public required Place Place { get; init; }

    /// <summary>True when inserts, updates and deletes of the table mark customers in engine.purchase_dirty (crm.orders does).</summary>
    public bool Tracked { get; init; }
}
