using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Customers;
using NpgsqlTypes;

namespace CampaignEngine.Audiences.Compilation;

/// <summary>Conversions as responses: rows of the campaign's conversion relation inside the window behind a contact of the campaign.</summary>
internal sealed class Conversions
{
    private readonly RowSource _outer;
    private readonly FromClause _from;
    private readonly RowSource _start;
    private readonly RowSource _person;
    private readonly string _alias;
    private readonly string _select;
    private readonly List<string> _where;

    public Conversions(RowSource outer, BoundFact fact)
    {
        var context = outer.Context;
        var relation = context.Options.Conversion!;
        (_outer, _alias) = (outer, context.NextAlias('f'));
        RowSource end;
        (_from, _start, end) = GroupedRows.Open(context, relation.Rows.Path);
        _person = new RowSource(_from, outer.Entity);
        var history = context.NextAlias('h');
        context.Tables.Add(new SqlName("engine", "contact_history"));

        // 1. From the row to its person, from the person to the campaign's contacts.
        var link = relation.Rows.Path[0];
        var joins = $"JOIN {_person.Entity.Table.Quoted} AS {_person.Alias} ON {ConditionSql.Column(_start, link.To)} = {ConditionSql.Column(_person, link.From)}"
            + $"\n  JOIN engine.contact_history AS {history} ON {history}.customer_key = {_person.KeyText}";
        _from.Add(() => joins);

        // 2. Inside the window; the channel and drop asked for.
        var at = ConditionSql.Column(end, relation.Time);
        var instant = relation.Time.Type == FieldType.Time ? at : $"({at}::timestamp AT TIME ZONE {ConditionSql.Zone(context)})";
        var close = $"({history}.contacted_at AT TIME ZONE {ConditionSql.Zone(context)} + {ConditionSql.Interval(context, context.Options.ConversionWindow)}) AT TIME ZONE {ConditionSql.Zone(context)}";
        _where =
        [
            $"NOT {history}.seed",
            $"{history}.campaign = {ConditionSql.Text(context, context.Options.CampaignScope!)}",
            $"{instant} >= {history}.contacted_at",
            $"{instant} < {close}",
            .. relation.Rows.Where is null ? [] : ConditionSql.Conjuncts(relation.Rows.Where, end),
        ];
        foreach (var (column, values) in new[] { ("drop_name", fact.Drops), ("channel", fact.Channels) })
        {
            if (values is not null)
            {
                _where.Add($"{history}.{column} = ANY({context.Parameters.Add(NpgsqlDbType.Array | NpgsqlDbType.Text, values.ToArray())})");
            }
        }

        if (fact.Within is { } within)
        {
            _where.Add($"{instant} >= {context.Parameters.Add(NpgsqlDbType.TimestampTz, context.Moments.Shift(context.Moments.Now, within, true))}");
        }

        _select = $"max({instant}) AS a1";
    }

    public string Time => $"{_alias}.a1";

    /// <summary>Whether conversions answer this fact.</summary>
    public static bool Counts(BoundFact fact, CompilerContext context) =>
        fact.Fact == FactKind.Responded && fact.CampaignScoped && context.Options is { CampaignScope: not null, Conversion: not null };

    public string Render() => _outer.Context.Lateral
        ? $"LEFT JOIN LATERAL (SELECT {_select}\n  FROM {_from.Render(_start)}\n  WHERE {string.Join(" AND ", [$"{_person.Key} = {_outer.Key}", .. _where])}) AS {_alias} ON true"
        : $"LEFT JOIN (SELECT {_person.Key} AS k, {_select}\n  FROM {_from.Render(_start)}\n  WHERE {string.Join(" AND ", _where)}\n  GROUP BY 1) AS {_alias} ON {_alias}.k = {_outer.Key}";
}
