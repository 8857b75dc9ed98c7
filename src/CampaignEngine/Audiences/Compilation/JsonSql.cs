using CampaignEngine.Customers;

namespace CampaignEngine.Audiences.Compilation;

/// <summary>
/// One key of a jsonb column as a typed value. A value of another form is NULL: free attributes hold what people typed, and one odd
/// value must not stop a selection. Every CASE tests the form first, because PostgreSQL 15 has no cast that forgives.
/// </summary>
internal static class JsonSql
{
    // Days that exist: 28 in every month, 29 and 30 outside February, 31 in seven months, 29 February in leap years.
    private const string Day =
        @"(?!0000)\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
        + @"|(?!0000)(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29";

    private const string Clock = @"[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)";

    public static string Compile(string column, string key, FieldType type)
    {
        var text = $"({column} ->> {key})";
        return type switch
        {
            FieldType.Text => text,
            FieldType.Integer => $"(CASE WHEN {text} ~ '^-?[0-9]{{1,18}}$' THEN {text}::bigint END)",
            FieldType.Number or FieldType.Money => $"(CASE WHEN {text} ~ '^-?[0-9]{{1,30}}([.][0-9]{{1,30}})?$' THEN {text}::numeric END)",
            FieldType.Boolean => $"(CASE {text} WHEN 'true' THEN true WHEN 'false' THEN false END)",
            FieldType.Date => $"(CASE WHEN {text} ~ '^(?:{Day})$' THEN {text}::date END)",
            FieldType.Time => $"(CASE WHEN {text} ~ '^(?:{Day}){Clock}$' THEN {text}::timestamptz END)",
            FieldType.Uuid => $"(CASE WHEN {text} ~ '^[0-9A-Fa-f]{{8}}(-[0-9A-Fa-f]{{4}}){{3}}-[0-9A-Fa-f]{{12}}$' THEN {text}::uuid END)",
            FieldType.TextList => $"(CASE WHEN jsonb_typeof({column} -> {key}) = 'array' THEN ARRAY(SELECT jsonb_array_elements_text({column} -> {key})) END)",
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "a field type that jsonb cannot hold"),
        };
    }
}
