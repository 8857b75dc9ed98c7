using System.Globalization;
using CampaignEngine.Customers;
using Npgsql;

namespace CampaignEngine.Reporting;

/// <summary>
/// The statement that yields conversions in a range of time: customer_key, order_key, at, amount. Identifiers come from the model only; the condition
/// is what the condition compiler made of the campaign's rule, with its literals as parameters.
/// </summary>
public sealed record ConversionRows
{
    /// <summary>Name under which the condition refers to the row.</summary>
    public const string Row = "o";

    public required Entity People { get; init; }

    /// <summary>From the people to the rows that convert.</summary>
    public required Relation Relation { get; init; }

    public required Entity Target { get; init; }

    /// <summary>When the conversion took place: a Time field, or a Date field whose day counts from its first moment, UTC.</summary>
    public required Field At { get; init; }

    /// <summary>What it was worth; null: the model keeps no amount, revenue is zero.</summary>
    public Field? Amount { get; init; }

    /// <summary>SQL condition on <see cref="Row"/>; null: every row of the relation.</summary>
    public string? Condition { get; init; }

    /// <summary>Parameters of <see cref="Condition"/>; their names do not begin with "report_".</summary>
    public IReadOnlyList<NpgsqlParameter> Parameters { get; init; } = [];

    /// <summary>The statement; it reads parameters @report_from and @as_of.</summary>
    internal string Sql()
    {
        var at = At.Type == FieldType.Date ? $"({Column(Row, At)}::timestamp AT TIME ZONE 'UTC')" : Column(Row, At);
        var key = People.Key.Name == Relation.From.Name ? Column(Row, Relation.To) : Column("p", People.Key);
        var join = People.Key.Name == Relation.From.Name
            ? ""
            : $" JOIN {People.Table.Quoted} p ON {Column("p", Relation.From)} = {Column(Row, Relation.To)}";
        var where = Condition is null ? "" : $" AND ({Condition})";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT {key}::text COLLATE \"C\" AS customer_key, {Column(Row, Target.Key)}::text AS order_key, {at} AS at, {Money(Row)} AS amount FROM {Target.Table.Quoted} {Row}{join} WHERE {at} >= @report_from AND {at} <= @as_of{where}");
    }

    private string Money(string row) => Amount is null ? "0::numeric" : $"{Column(row, Amount)}::numeric";

    private static string Column(string row, Field field) => field.JsonKey is { } key
        ? throw new NotSupportedException($"field '{field.Name}' is the key '{key}' of a jsonb column; keys, times and amounts of conversions must be columns")
        : $"{row}.{SqlName.Quote(field.Column)}";
}
