using System.Globalization;
using CampaignEngine.Customers;
using NpgsqlTypes;

namespace CampaignEngine.Audiences.Compilation;

/// <summary>Keys as texts, turned back into values of the key's type so that its index serves.</summary>
internal static class KeyValue
{
    public static (NpgsqlDbType Type, object Value)? Parse(Field field, string text) => field.Type switch
    {
        FieldType.Integer => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? (NpgsqlDbType.Bigint, whole) : null,
        FieldType.Number or FieldType.Money => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? (NpgsqlDbType.Numeric, number) : null,
        FieldType.Uuid => Guid.TryParseExact(text, "D", out var id) ? (NpgsqlDbType.Uuid, id) : null,
        FieldType.Text => text.Contains('\0', StringComparison.Ordinal) ? null : (NpgsqlDbType.Text, text),
        _ => null,
    };

    public static (NpgsqlDbType Type, Array Values) ParseAll(Field field, IEnumerable<string> texts)
    {
        var values = texts.Select(text => Parse(field, text)?.Value).OfType<object>();
        return field.Type switch
        {
            FieldType.Integer => (NpgsqlDbType.Bigint, values.Cast<long>().ToArray()),
            FieldType.Number or FieldType.Money => (NpgsqlDbType.Numeric, values.Cast<decimal>().ToArray()),
            FieldType.Uuid => (NpgsqlDbType.Uuid, values.Cast<Guid>().ToArray()),
            _ => (NpgsqlDbType.Text, values.Cast<string>().ToArray()),
        };
    }
}
