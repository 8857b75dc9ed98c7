using CampaignEngine.Customers;

namespace CampaignEngine.Audiences.Conditions;

/// <summary>Types of values inside conditions: those of fields, and durations.</summary>
public enum ValueKind
{
    Boolean,
    Text,
    Integer,
    Number,
    Money,
    Date,
    Time,
    TextList,
    Uuid,
    Duration,
    Null,
}

public static class ValueKinds
{
    public static ValueKind Of(FieldType type) => type switch
    {
        FieldType.Text => ValueKind.Text,
        FieldType.Integer => ValueKind.Integer,
        FieldType.Number => ValueKind.Number,
        FieldType.Money => ValueKind.Money,
        FieldType.Boolean => ValueKind.Boolean,
        FieldType.Date => ValueKind.Date,
        FieldType.Time => ValueKind.Time,
        FieldType.TextList => ValueKind.TextList,
        FieldType.Uuid => ValueKind.Uuid,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "a field type without a kind"),
    };

    public static bool IsNumeric(this ValueKind kind) => kind is ValueKind.Integer or ValueKind.Number or ValueKind.Money;

    public static bool IsMoment(this ValueKind kind) => kind is ValueKind.Date or ValueKind.Time;

    /// <summary>As messages name it: "a whole number".</summary>
    public static string Name(this ValueKind kind) => kind switch
    {
        ValueKind.Boolean => "true or false",
        ValueKind.Text => "text",
        ValueKind.Integer => "a whole number",
        ValueKind.Number => "a number",
        ValueKind.Money => "an amount of money",
        ValueKind.Date => "a date",
        ValueKind.Time => "a time",
        ValueKind.TextList => "a list of texts",
        ValueKind.Uuid => "a uuid",
        ValueKind.Duration => "a duration",
        _ => "null",
    };
}
