using System.Globalization;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using NpgsqlTypes;

namespace CampaignEngine.Audiences.Compilation;

/// <summary>
/// One bound node as a SQL expression. Only three kinds of text reach SQL: keywords written here, identifiers of the model in quotes,
/// and parameter names.
/// </summary>
internal static class ConditionSql
{
    /// <summary>The conjunction's items: a single item when the node is no "and".</summary>
    public static List<string> Conjuncts(BoundNode node, RowSource row)
    {
        var sql = new List<string>();
        foreach (var item in Flatten(node))
        {
            var text = Compile(item, row);
            if (!sql.Contains(text))
            {
                sql.Add(text);
            }
        }

        return sql;
    }

    public static IEnumerable<BoundNode> Flatten(BoundNode node) =>
        node is BoundLogical { All: true } all ? all.Items.SelectMany(Flatten) : [node];

    public static string Compile(BoundNode node, RowSource row) => node switch
    {
        BoundLiteral literal => Literal(literal, row.Context),
        BoundNow now => Moment(row.Context, now)!,
        BoundField field => Column(row, field.Field),
        BoundAt at => Compile(at.Inner, row.One(at.Path)),
        BoundRfm rfm => RfmSql.Compile(rfm.Part, row),
        BoundFact fact => $"({FactTime(fact, row)} IS NOT NULL)",
        BoundAggregate aggregate => Aggregate(aggregate, row, false),
        BoundWhen guarded => $"(CASE WHEN {Compile(guarded.Condition, row)} THEN {Compile(guarded.Value, row)} END)",
        BoundArithmetic arithmetic => Arithmetic(arithmetic, row),
        BoundNegate negate => $"(- {Compile(negate.Operand, row)})",
        BoundShift shift => Moment(row.Context, shift) ?? Shift(shift, row),
        BoundDays days => $"({Compile(days.Left, row)} - {Compile(days.Right, row)})::bigint",
        BoundCall call => FunctionSql.Compile(call, row),
        BoundCompare compare => Compare(compare, row),
        BoundDayCompare compare => DayCompare(compare, row),
        BoundIn list => In(list, row),
        BoundLike like => $"({Compile(like.Operand, row)} LIKE {Text(row.Context, like.Pattern)})",
        BoundContains contains => Contains(contains, row),
        BoundIsNull isNull => $"({Compile(isNull.Operand, row)} IS {(isNull.Negated ? "NOT " : "")}NULL)",
        BoundSpan span => Span(span, row),
        BoundNot negation => $"(NOT {Compile(negation.Operand, row)})",
        BoundLogical logical => $"({string.Join(logical.All ? " AND " : " OR ", logical.Items.Select(item => Compile(item, row)))})",
        _ => throw new ArgumentOutOfRangeException(nameof(node), node.GetType().Name, "a node without SQL"),
    };

    /// <summary>
    /// A condition where only "holds" matters, as in WHERE: a comparison that no empty set of rows can satisfy needs no default for the
    /// empty set, which lets the planner join inward.
    /// </summary>
    public static string CompileStrict(BoundNode node, RowSource row)
    {
        if (node is BoundCompare compare && Sided(compare) is var (symbol, aggregate, literal) && !HoldsForZero(symbol, literal))
        {
            return $"({Aggregate(aggregate, row, true)} {Symbol(symbol)} {Literal(literal, row.Context)})";
        }

        return Compile(node, row);
    }

    /// <summary>The latest time a fact happened; NULL when never.</summary>
    public static string FactTime(BoundFact fact, RowSource row)
    {
        var time = row.Facts(GroupedFacts.View(fact)).Add(fact);
        return Conversions.Counts(fact, row.Context) ? $"greatest({time}, {row.Conversions(fact)})" : time;
    }

    /// <summary>A stored field of a row.</summary>
    public static string Column(RowSource row, Field field)
    {
        var column = $"{row.Alias}.{SqlName.Quote(field.Column)}";
        return field.JsonKey is null ? column : JsonSql.Compile(column, Text(row.Context, field.JsonKey), field.Type);
    }

    public static string Zone(CompilerContext context) => Text(context, context.Moments.Zone);

    public static string Text(CompilerContext context, string value) => context.Parameters.Add(NpgsqlDbType.Text, value);

    private static string Literal(BoundLiteral literal, CompilerContext context) => literal.Kind switch
    {
        ValueKind.Boolean => (bool)literal.Value ? "true" : "false",
        ValueKind.Text => Text(context, (string)literal.Value),
        ValueKind.Integer => context.Parameters.Add(NpgsqlDbType.Bigint, literal.Value),
        ValueKind.Number or ValueKind.Money => context.Parameters.Add(NpgsqlDbType.Numeric, literal.Value),
        ValueKind.Uuid => context.Parameters.Add(NpgsqlDbType.Uuid, literal.Value),
        ValueKind.Date or ValueKind.Time => Moment(context, literal)!,
        ValueKind.Null => "NULL",
        _ => throw new ArgumentOutOfRangeException(nameof(literal), literal.Kind, "a literal that has no SQL of its own"),
    };

    private static string? Moment(CompilerContext context, BoundNode node) => context.Moments.Constant(node) switch
    {
        DateOnly day => context.Parameters.Add(NpgsqlDbType.Date, day),
        DateTime time => context.Parameters.Add(NpgsqlDbType.TimestampTz, time),
        _ => null,
    };

    private static string Aggregate(BoundAggregate aggregate, RowSource row, bool strict)
    {
        if (Summary(aggregate, row) is not { } value)
        {
            value = row.Group(aggregate.Path).Add(aggregate);
        }

        // Without rows a count and a sum are zero, not unknown.
        return aggregate.Aggregate switch
        {
            AggregateKind.Has => $"(coalesce({value}, 0) > 0)",
            AggregateKind.Count or AggregateKind.CountDistinct or AggregateKind.Sum when !strict => $"coalesce({value}, 0)",
            _ => value,
        };
    }

    // The column of the purchase summary that holds exactly this aggregate; null when none does.
    private static string? Summary(BoundAggregate aggregate, RowSource row)
    {
        var context = row.Context;
        if (context.Purchases is not { } purchases || !context.Options.UsePurchaseSummary || row.Entity != context.Model.People
            || aggregate.Path.Count != 1 || aggregate.Path[0] != purchases.Source.Orders)
        {
            return null;
        }

        var column = (aggregate.Aggregate, (aggregate.Operand as BoundField)?.Field) switch
        {
            (AggregateKind.Count or AggregateKind.Has, _) => "orders",
            (AggregateKind.Sum, { } field) when field == purchases.Source.Amount => "amount",
            (AggregateKind.Max, { Type: FieldType.Time } field) when field == purchases.Source.At => "last_at",
            _ => null,
        };
        if (column is null)
        {
            return null;
        }

        // Both conditions compiled into one scratch statement: equal text means equal conditions.
        var scratch = new RowSource(new FromClause(context.Scratch()), aggregate.Target);
        var mine = aggregate.Where is null ? [] : Conjuncts(aggregate.Where, scratch);
        var theirs = purchases.Where is null ? [] : Conjuncts(purchases.Where.Root, scratch);
        return mine.ToHashSet().SetEquals(theirs) ? $"{row.Summary()}.{column}" : null;
    }

    private static string Arithmetic(BoundArithmetic arithmetic, RowSource row)
    {
        // Numeric throughout: no overflow of whole numbers, and 1 / 2 is a half. Division by zero is unknown.
        var (left, right) = ($"{Compile(arithmetic.Left, row)}::numeric", $"{Compile(arithmetic.Right, row)}::numeric");
        return arithmetic.Operator == '/' ? $"({left} / nullif({right}, 0))" : $"({left} {arithmetic.Operator} {right})";
    }

    private static string Shift(BoundShift shift, RowSource row)
    {
        var step = $"{(shift.Back ? "-" : "+")} {Interval(row.Context, shift.Duration)}";
        var operand = Compile(shift.Operand, row);
        return (shift.Operand.Kind, shift.Kind) switch
        {
            (ValueKind.Date, ValueKind.Date) => $"({operand} {step})::date",
            (ValueKind.Date, _) => $"(({operand}::timestamp AT TIME ZONE {Zone(row.Context)}) {step})",
            _ when shift.Duration.Unit < DurationUnit.Day => $"({operand} {step})",
            _ => $"(({operand} AT TIME ZONE {Zone(row.Context)} {step}) AT TIME ZONE {Zone(row.Context)})",
        };
    }

    /// <summary>A duration as an interval of the server's.</summary>
    public static string Interval(CompilerContext context, CalendarDuration duration)
    {
        var count = duration.Count;
        return context.Parameters.Add(NpgsqlDbType.Interval, duration.Unit switch
        {
            DurationUnit.Year => new NpgsqlInterval(count * 12, 0, 0),
            DurationUnit.Month => new NpgsqlInterval(count, 0, 0),
            DurationUnit.Week => new NpgsqlInterval(0, count * 7, 0),
            DurationUnit.Day => new NpgsqlInterval(0, count, 0),
            DurationUnit.Hour => new NpgsqlInterval(0, 0, count * 3_600_000_000L),
            DurationUnit.Minute => new NpgsqlInterval(0, 0, count * 60_000_000L),
            _ => new NpgsqlInterval(0, 0, count * 1_000_000L),
        });
    }

    private static string Compare(BoundCompare compare, RowSource row)
    {
        if (RfmSided(compare) is var (symbol, path, part, score) && RfmSql.Compare(symbol, part, score, row.One(path)) is { } threshold)
        {
            return threshold;
        }

        return $"({Compile(compare.Left, row)} {Symbol(compare.Operator)} {Compile(compare.Right, row)})";
    }

    private static (string Symbol, IReadOnlyList<Relation> Path, RfmPart Part, long Score)? RfmSided(BoundCompare compare)
    {
        var (side, other, symbol) = compare.Left is BoundLiteral ? (compare.Right, compare.Left, Flip(compare.Operator)) : (compare.Left, compare.Right, compare.Operator);
        var (path, inner) = side is BoundAt at ? (at.Path, at.Inner) : ([], side);
        return inner is BoundRfm rfm && other is BoundLiteral { Value: long score } ? (symbol, path, rfm.Part, score) : null;
    }

    private static (string Symbol, BoundAggregate Aggregate, BoundLiteral Literal)? Sided(BoundCompare compare) => (compare.Left, compare.Right) switch
    {
        (BoundAggregate aggregate, BoundLiteral { Kind: ValueKind.Integer or ValueKind.Number or ValueKind.Money } literal) => (compare.Operator, aggregate, literal),
        (BoundLiteral { Kind: ValueKind.Integer or ValueKind.Number or ValueKind.Money } literal, BoundAggregate aggregate) => (Flip(compare.Operator), aggregate, literal),
        _ => null,
    };

    private static bool HoldsForZero(string symbol, BoundLiteral literal)
    {
        var sign = Math.Sign(0m - Convert.ToDecimal(literal.Value, CultureInfo.InvariantCulture));
        return symbol switch { "=" => sign == 0, "!=" => sign != 0, "<" => sign < 0, "<=" => sign <= 0, ">" => sign > 0, _ => sign >= 0 };
    }

    private static string Flip(string symbol) => symbol switch { "<" => ">", "<=" => ">=", ">" => "<", ">=" => "<=", _ => symbol };

    private static string Symbol(string symbol) => symbol == "!=" ? "<>" : symbol;

    private static string DayCompare(BoundDayCompare compare, RowSource row)
    {
        var (context, time) = (row.Context, Compile(compare.Time, row));
        if (context.Moments.Constant(compare.Day) is not DateOnly { Year: > 1 and < 9999 } day)
        {
            return $"(({time} AT TIME ZONE {Zone(context)})::date {Symbol(compare.Operator)} {Compile(compare.Day, row)})";
        }

        var start = context.Parameters.Add(NpgsqlDbType.TimestampTz, context.Moments.StartOf(day));
        var next = context.Parameters.Add(NpgsqlDbType.TimestampTz, context.Moments.StartOf(day.AddDays(1)));
        return compare.Operator switch
        {
            "=" => $"({time} >= {start} AND {time} < {next})",
            "!=" => $"({time} < {start} OR {time} >= {next})",
            "<" => $"({time} < {start})",
            "<=" => $"({time} < {next})",
            ">" => $"({time} >= {next})",
            _ => $"({time} >= {start})",
        };
    }

    private static string In(BoundIn list, RowSource row)
    {
        var operand = Compile(list.Operand, row);
        var (context, values) = (row.Context, list.Items.Select(item => item.Value));
        switch (list.Operand.Kind, list.Items[0].Kind)
        {
            case (ValueKind.Time, ValueKind.Date):
                return $"(({operand} AT TIME ZONE {Zone(context)})::date = ANY({Values(NpgsqlDbType.Date, values.Cast<DateOnly>().ToArray())}))";
            case (ValueKind.Time, _):
                return $"({operand} = ANY({Values(NpgsqlDbType.TimestampTz, values.Select(context.Moments.Instant).ToArray())}))";
            case (ValueKind.Date, _):
                return $"({operand} = ANY({Values(NpgsqlDbType.Date, values.Cast<DateOnly>().ToArray())}))";
            case (ValueKind.Uuid, _):
                return $"({operand} = ANY({Values(NpgsqlDbType.Uuid, values.Cast<Guid>().ToArray())}))";
            case (ValueKind.Boolean, _):
                return $"({operand} = ANY({Values(NpgsqlDbType.Boolean, values.Cast<bool>().ToArray())}))";
            case (ValueKind.Text, _):
                return $"({operand} = ANY({Values(NpgsqlDbType.Text, values.Cast<string>().ToArray())}))";
            default:
                return list.Operand.Kind == ValueKind.Integer && list.Items.All(item => item.Value is long)
                    ? $"({operand} = ANY({Values(NpgsqlDbType.Bigint, values.Cast<long>().ToArray())}))"
                    : $"({operand} = ANY({Values(NpgsqlDbType.Numeric, values.Select(value => Convert.ToDecimal(value, CultureInfo.InvariantCulture)).ToArray())}))";
        }

        string Values(NpgsqlDbType type, object array) => context.Parameters.Add(NpgsqlDbType.Array | type, array);
    }

    private static string Contains(BoundContains contains, RowSource row)
    {
        var operand = Compile(contains.Operand, row);
        if (contains.Operand.Kind == ValueKind.Text)
        {
            return $"(strpos({operand}, {Text(row.Context, contains.Items[0])}) > 0)";
        }

        return contains.Mode == ContainsMode.One ? $"({Text(row.Context, contains.Items[0])} = ANY({operand}))"
            : $"({operand}::text[] {(contains.Mode == ContainsMode.Any ? "&&" : "@>")} {row.Context.Parameters.Add(NpgsqlDbType.Array | NpgsqlDbType.Text, contains.Items.ToArray())})";
    }

    private static string Span(BoundSpan span, RowSource row)
    {
        var moments = row.Context.Moments;
        var operand = Compile(span.Operand, row);
        var edge = moments.Shift(moments.Now, span.Duration, span.Mode != SpanMode.WithinNext);
        if (span.Operand.Kind == ValueKind.Time)
        {
            return Bounds(NpgsqlDbType.TimestampTz, moments.Now, edge);
        }

        var day = span.Duration.Unit < DurationUnit.Day ? moments.DayOf(edge) : moments.Shift(moments.Today, span.Duration, span.Mode != SpanMode.WithinNext);
        return Bounds(NpgsqlDbType.Date, moments.Today, day);

        string Bounds(NpgsqlDbType type, object now, object far)
        {
            var bound = row.Context.Parameters.Add(type, far);
            return span.Mode switch
            {
                SpanMode.Within => $"({operand} BETWEEN {bound} AND {row.Context.Parameters.Add(type, now)})",
                SpanMode.WithinNext => $"({operand} BETWEEN {row.Context.Parameters.Add(type, now)} AND {bound})",
                _ => $"({operand} < {bound})",
            };
        }
    }
}
