using System.Globalization;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Purchases;

namespace CampaignEngine.Tests.Audiences;

/// <summary>Well-typed random conditions over any model, with hostile texts. The same seed gives the same conditions.</summary>
internal sealed class ConditionGenerator(CustomerModel model, int seed)
{
    /// <summary>Texts that would do harm, or betray themselves, if they reached SQL text.</summary>
    private static readonly string[] Hostile =
    [
        "'; DROP TABLE canary; --", "\" OR 1=1 --", "x'); DELETE FROM canary; /*", "$$; DROP TABLE canary; $$", "\\'; DROP TABLE canary --", "@q1", ":q1", "{0}", "%s", "$1",
        "canary", "*/ DROP TABLE canary /*", "tea; COMMIT; DROP TABLE canary", "\u0001\u001f", "é漢字🍵", "\u2028\uFEFF", "E'\\x27'", "U&\"\\0027\"", "pg_sleep(10)", "(SELECT 1)",
        "crm.customers", "\"crm\".\"customers\"", "a\"\"b", "''", "\n--\n", "\t", " ", "", "null", "true", "0", "%", "_", "\\\\", "\r\nDROP TABLE canary",
    ];

    private readonly Random _random = new(seed);

    public string Next() => Condition(model.People, 3);

    private string Condition(Entity entity, int depth)
    {
        switch (_random.Next(depth > 0 ? 16 : 8))
        {
            case 0: return Pick("true", "false");
            case 1: return $"{Field(entity)} is {Pick("", "not ")}null";
            case 2 when entity == model.People: return Fact();
            case 3 when entity == model.People && model.Rfm is not null: return Rfm();
            case 8: return $"not ({Condition(entity, depth - 1)})";
            case 9: return $"({Condition(entity, depth - 1)} and {Condition(entity, depth - 1)})";
            case 10: return $"({Condition(entity, depth - 1)} or {Condition(entity, depth - 1)})";
            case 11 or 12 when Rows(entity) is { } rows: return $"{Pick("", "not ")}has({rows.Path}{Where(rows.Entity, depth - 1)})";
            default: return Test(entity, depth);
        }
    }

    private string Test(Entity entity, int depth)
    {
        var kind = Pick(ValueKind.Text, ValueKind.Text, ValueKind.Integer, ValueKind.Number, ValueKind.Money, ValueKind.Date, ValueKind.Time, ValueKind.TextList, ValueKind.Uuid);
        if (Value(entity, kind, depth) is not { } value)
        {
            return "true";
        }

        switch (kind)
        {
            case ValueKind.TextList:
                return _random.Next(2) == 0 ? $"{value} contains {Text()}" : $"{value} contains {Pick("any", "all")} ({Text()}, {Text()})";
            case ValueKind.Uuid:
                return $"{value} {Pick("=", "!=")} \"{new Guid(_random.Next(), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)}\"";
            case ValueKind.Text when _random.Next(3) == 0:
                return _random.Next(2) == 0 ? $"{value} {Pick("", "not ")}like {Text()[..^1].TrimEnd('\\')}%\"" : $"{value} contains {Text()}";
            case ValueKind.Date or ValueKind.Time when _random.Next(2) == 0:
                return $"{value} {Pick("", "not ")}{Pick("within", "within next", "older than")} {Duration()}";
        }

        return _random.Next(5) switch
        {
            0 when kind is not ValueKind.Text => $"{value} between {Literal(kind)} and {Value(entity, kind, 0) ?? Literal(kind)}",
            1 => $"{value} {Pick("", "not ")}in ({string.Join(", ", Enumerable.Range(0, _random.Next(1, 5)).Select(_ => kind == ValueKind.Money ? Literal(ValueKind.Number) : Literal(kind)))})",
            2 when Value(entity, kind, depth - 1) is { } other => $"{value} {Symbol()} {other}",
            _ => $"{value} {Symbol()} {Literal(kind)}",
        };
    }

    private string? Value(Entity entity, ValueKind kind, int depth)
    {
        if (depth > 0)
        {
            switch (_random.Next(8), kind)
            {
                case (0, ValueKind.Integer) when Rows(entity) is { } rows:
                    return $"count({rows.Path}{Where(rows.Entity, depth - 1)})";
                case (1 or 2, ValueKind.Money or ValueKind.Number or ValueKind.Date or ValueKind.Time or ValueKind.Text) when Rows(entity) is { } rows && Field(rows.Entity, kind) is { } field:
                    var function = kind.IsNumeric() ? Pick("sum", "min", "max", "avg", "first", "last") : Pick("min", "max");
                    return function is "first" or "last" && RelationTime.Of(model, rows.Entity) is null ? null : $"{function}({rows.Path}.{field}{Where(rows.Entity, depth - 1)})";
                case (3, ValueKind.Number) when Value(entity, ValueKind.Number, depth - 1) is { } left:
                    return $"({left} {Pick("+", "-", "*", "/")} {Value(entity, ValueKind.Number, depth - 1) ?? Literal(ValueKind.Number)})";
                case (3, ValueKind.Money) when Value(entity, ValueKind.Money, depth - 1) is { } money:
                    return $"({money} {Pick("+", "-")} {Value(entity, ValueKind.Money, depth - 1) ?? "3"})";
                case (4, ValueKind.Text) when Value(entity, ValueKind.Text, depth - 1) is { } text:
                    return _random.Next(2) == 0 ? $"{Pick("lower", "upper", "trim")}({text})" : $"coalesce({text}, {Text()})";
                case (5, ValueKind.Integer) when Value(entity, Pick(ValueKind.Date, ValueKind.Time), depth - 1) is { } moment:
                    return $"{Pick("year", "month", "day", "weekday", "age", "days_since")}({moment})";
                case (6, ValueKind.Date or ValueKind.Time) when Value(entity, kind, depth - 1) is { } moment:
                    return $"({moment} {Pick("+", "-")} {_random.Next(500)} {Pick("days", "weeks", "months")})";
                case (7, ValueKind.Number) when Value(entity, ValueKind.Number, depth - 1) is { } number:
                    return _random.Next(2) == 0 ? $"round({number}, {_random.Next(4)})" : $"{Pick("abs", "floor", "ceil")}({number})";
            }
        }

        var ones = entity.Relations.Values.Where(relation => !relation.Many).ToList();
        if (ones.Count > 0 && depth > 0 && _random.Next(4) == 0)
        {
            var one = ones[_random.Next(ones.Count)];
            return Value(model.Entities[one.Target], kind, 0) is { } far && !far.Contains('(', StringComparison.Ordinal) ? $"{one.Name}.{far}" : null;
        }

        return Field(entity, kind);
    }

    private string? Field(Entity entity, ValueKind kind)
    {
        var fields = entity.Fields.Values.Where(field => ValueKinds.Of(field.Type) == kind).ToList();
        return fields.Count == 0 ? null : fields[_random.Next(fields.Count)].Name;
    }

    private string Field(Entity entity) => entity.Fields.Keys.ElementAt(_random.Next(entity.Fields.Count));

    private (string Path, Entity Entity)? Rows(Entity entity)
    {
        var many = entity.Relations.Values.Where(relation => relation.Many).ToList();
        if (many.Count == 0)
        {
            return null;
        }

        var first = many[_random.Next(many.Count)];
        var target = model.Entities[first.Target];
        return _random.Next(4) == 0 && Rows(target) is { } further ? ($"{first.Name}.{further.Path}", further.Entity) : (first.Name, target);
    }

    private string Where(Entity entity, int depth) => _random.Next(3) == 0 ? "" : $" where {Condition(entity, depth)}";

    private string Fact()
    {
        var fact = Pick("contacted", "responded", "opened", "clicked");
        fact += _random.Next(3) == 0 ? $" by {Text()}" : "";
        fact += _random.Next(4) == 0 ? $" on {Pick("email", "sms", "print", "call")}" : "";
        fact += _random.Next(4) == 0 ? $" drop ({Text()}, {Text()})" : "";
        return fact + (_random.Next(2) == 0 ? $" within {Duration()}" : "");
    }

    private string Rfm() => _random.Next(3) switch
    {
        0 => $"rfm.segment {Pick("", "not ")}in (\"{RfmSegments.Names[_random.Next(RfmSegments.Names.Count)]}\")",
        1 => $"rfm.score like {Text()[..^1].TrimEnd('\\')}%\"",
        _ => $"rfm.{Pick("recency", "frequency", "monetary")} {Symbol()} {_random.Next(1, 6)}",
    };

    private string Literal(ValueKind kind) => kind switch
    {
        ValueKind.Text => Text(),
        ValueKind.Integer => _random.Next(-5, 100_000).ToString(CultureInfo.InvariantCulture),
        ValueKind.Number or ValueKind.Money => (_random.Next(-5_000, 1_000_000) / 1000m).ToString(CultureInfo.InvariantCulture),
        ValueKind.Date => $"{_random.Next(1930, 2030)}-0{_random.Next(1, 10)}-{_random.Next(10, 29)}",
        ValueKind.Time => $"{_random.Next(2020, 2030)}-0{_random.Next(1, 10)}-{_random.Next(10, 29)} 1{_random.Next(10)}:{_random.Next(10, 60)}",
        ValueKind.Uuid => $"\"{new Guid(_random.Next(), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)}\"",
        _ => "true",
    };

    private string Text() => "\"" + (_random.Next(8) == 0 ? Hostile[_random.Next(Hostile.Length)] + Hostile[_random.Next(Hostile.Length)] : Hostile[_random.Next(Hostile.Length)])
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    private string Duration() => $"{_random.Next(1, 90)} {Pick("minutes", "hours", "days", "weeks", "months", "years")}";

    private string Symbol() => Pick("=", "!=", "<", "<=", ">", ">=");

    private T Pick<T>(params T[] values) => values[_random.Next(values.Length)];
}
