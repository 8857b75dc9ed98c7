using System.Globalization;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Customers;
using NpgsqlTypes;

namespace CampaignEngine.Audiences.Compilation;

/// <summary>All contact or response facts of a statement, as one grouped join over the engine's history. Seeds and machines never count.</summary>
internal sealed class GroupedFacts
{
    private readonly RowSource _outer;
    private readonly string _view;
    private readonly string _history;
    private readonly string _alias;
    private readonly List<IReadOnlyList<string>> _filters = [];

    public GroupedFacts(RowSource outer, string view)
    {
        (_outer, _view) = (outer, view);
        (_history, _alias) = (outer.Context.NextAlias('h'), outer.Context.NextAlias('f'));
        outer.Context.Tables.Add(new SqlName("engine", view));
    }

    public static string View(BoundFact fact) => fact.Fact == FactKind.Contacted ? "contact_history" : "event_history";

    /// <summary>Time of the latest matching event; NULL where there is none.</summary>
    public string Add(BoundFact fact)
    {
        var filter = Filter(fact, _history, _outer.Context);
        var index = _filters.FindIndex(other => other.SequenceEqual(filter));
        if (index < 0)
        {
            index = _filters.Count;
            _filters.Add(filter);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{_alias}.a{index + 1}");
    }

    public string Render()
    {
        var common = _filters.Aggregate((IEnumerable<string>)_filters[0], (all, filter) => all.Intersect(filter)).ToList();
        var columns = string.Join(", ", _filters.Select((filter, i) =>
        {
            var rest = filter.Except(common).ToList();
            return string.Create(CultureInfo.InvariantCulture,
                $"max({_history}.{Time(_view)}){(rest.Count == 0 ? "" : $" FILTER (WHERE {string.Join(" AND ", rest)})")} AS a{i + 1}");
        }));
        return _outer.Context.Lateral
            ? $"LEFT JOIN LATERAL (SELECT {columns}\n  FROM engine.{_view} AS {_history}\n  WHERE {string.Join(" AND ", [$"{_history}.customer_key = {_outer.KeyText}", .. common])}) AS {_alias} ON true"
            : $"LEFT JOIN (SELECT {_history}.customer_key AS k, {columns}\n  FROM engine.{_view} AS {_history}\n  WHERE {string.Join(" AND ", common)}\n  GROUP BY 1) AS {_alias} ON {_alias}.k = {_outer.KeyText}";
    }

    public static string Exists(BoundFact fact, RowSource outer)
    {
        var history = outer.Context.NextAlias('h');
        var view = View(fact);
        outer.Context.Tables.Add(new SqlName("engine", view));
        return $"EXISTS (SELECT FROM engine.{view} AS {history}\n  WHERE {string.Join(" AND ", [$"{history}.customer_key = {outer.KeyText}", .. Filter(fact, history, outer.Context)])})";
    }

    private static List<string> Filter(BoundFact fact, string history, CompilerContext context)
    {
        var view = View(fact);
        var filter = new List<string> { $"NOT {history}.seed" };
        if (view == "event_history")
        {
            string[] kinds = fact.Fact switch { FactKind.Opened => ["open"], FactKind.Clicked => ["click"], _ => ["click", "reply"] };
            filter.Add($"NOT {history}.machine");
            filter.Add($"{history}.kind = ANY({context.Parameters.Add(NpgsqlDbType.Array | NpgsqlDbType.Text, kinds)})");
        }

        var campaigns = fact.CampaignScoped && context.Options.CampaignScope is { } scope ? [scope] : fact.Campaigns;
        Any("campaign", campaigns);
        Any("drop_name", fact.Drops);
        Any("channel", fact.Channels);
        if (fact.Within is { } within)
        {
            // No upper bound: a contact stamped by a clock slightly ahead of ours is still a contact.
            var since = context.Moments.Shift(context.Moments.Now, within, true);
            filter.Add($"{history}.{Time(view)} >= {context.Parameters.Add(NpgsqlDbType.TimestampTz, since)}");
        }

        return filter;

        void Any(string column, IReadOnlyList<string>? values)
        {
            if (values is not null)
            {
                filter.Add($"{history}.{column} = ANY({context.Parameters.Add(NpgsqlDbType.Array | NpgsqlDbType.Text, values.ToArray())})");
            }
        }
    }

    private static string Time(string view) => view == "contact_history" ? "contacted_at" : "at";
}
