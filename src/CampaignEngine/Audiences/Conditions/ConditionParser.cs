using CampaignEngine.Authoring;

namespace CampaignEngine.Audiences.Conditions;

/// <summary>
/// Reads the condition language by recursive descent. Binding strength, weakest first: or, and, not, comparison, + -, * /, minus sign.
/// Reports the first syntax fault only; names and types are the binder's.
/// </summary>
public sealed class ConditionParser
{
    private static readonly string[] Reserved = ["and", "or", "not", "in", "is", "like", "between", "where", "null", "true", "false"];
    private static readonly string[] Aggregates = ["count", "sum", "min", "max", "avg", "has", "first", "last"];
    private static readonly string[] Units = ["second", "minute", "hour", "day", "week", "month", "year"];

    private readonly Written _written;
    private readonly ProblemList _problems;
    private readonly List<ConditionToken> _tokens;
    private int _index;
    private int _depth;

    private ConditionParser(Written written, ProblemList problems, List<ConditionToken> tokens) =>
        (_written, _problems, _tokens) = (written, problems, tokens);

    private ConditionToken Current => _tokens[_index];

    private ConditionToken Following => _tokens[Math.Min(_index + 1, _tokens.Count - 1)];

    private int LastEnd => _index == 0 ? 0 : _tokens[_index - 1].End;

    /// <summary>Reads a condition or an expression; null after a reported fault.</summary>
    public static ConditionSyntax? Parse(Written written, ProblemList problems)
    {
        var parser = Start(written, problems, "a condition");
        try
        {
            return parser?.Whole(parser.Or());
        }
        catch (SyntaxFault)
        {
            return null;
        }
    }

    /// <summary>Reads a relation with an optional condition on its rows, as in <c>orders where category = "tea"</c>; null after a reported fault.</summary>
    internal static AggregateSyntax? ParseRelation(Written written, ProblemList problems)
    {
        var parser = Start(written, problems, "a relation");
        try
        {
            return parser is null ? null : (AggregateSyntax)parser.Whole(parser.Rows(new NameSyntax("has", 0), 0));
        }
        catch (SyntaxFault)
        {
            return null;
        }
    }

    private static ConditionParser? Start(Written written, ProblemList problems, string what)
    {
        if (written.Text.Length > ConditionLimits.Length)
        {
            problems.Error(written.Place, "CE4301", $"{what} has at most {ConditionLimits.Length} characters; this one has {written.Text.Length}");
            return null;
        }

        return new ConditionLexer(written, problems).Run() is { } tokens ? new ConditionParser(written, problems, tokens) : null;
    }

    private ConditionSyntax Whole(ConditionSyntax syntax)
    {
        if (Current.Kind == TokenKind.End)
        {
            return syntax;
        }

        throw Current switch
        {
            { Kind: TokenKind.Symbol, Text: ")" } => Fault("CE4010", "this ')' closes nothing; remove it or open a '(' before"),
            { Kind: TokenKind.Symbol, Text: "=" or "!=" or "<" or "<=" or ">" or ">=" } =>
                Fault("CE4010", "comparisons cannot be chained; join two with 'and', or write 'between a and b'"),
            _ => Fault("CE4010", $"{Show(Current)} was not expected here; join conditions with 'and' or 'or'"),
        };
    }

    private ConditionSyntax Or() => Chain(false, "or", And);

    private ConditionSyntax And() => Chain(true, "and", Not);

    private ConditionSyntax Chain(bool all, string word, Func<ConditionSyntax> next)
    {
        var start = Current.Start;
        var first = next();
        if (!Current.Is(word))
        {
            return first;
        }

        var items = new List<ConditionSyntax> { first };
        while (Take(word))
        {
            items.Add(next());
        }

        return new LogicalSyntax(all, items, start, LastEnd);
    }

    private ConditionSyntax Not()
    {
        var start = Current.Start;
        if (!Take("not"))
        {
            return Comparison();
        }

        Enter();
        var operand = Not();
        _depth--;
        return new NotSyntax(operand, start, LastEnd);
    }

    private ConditionSyntax Comparison()
    {
        var start = Current.Start;
        var left = Sum();
        if (Current is { Kind: TokenKind.Symbol, Text: "=" or "!=" or "<" or "<=" or ">" or ">=" })
        {
            var symbol = Advance().Text;
            if (Current.IsSymbol("="))
            {
                throw Fault("CE4010", $"write '{(symbol is "<" or ">" ? symbol + "=" : symbol)}' for a comparison");
            }

            return new CompareSyntax(symbol, left, Sum(), start, LastEnd);
        }

        if (Take("is"))
        {
            var negated = Take("not");
            return Take("null") ? new IsNullSyntax(left, negated, start, LastEnd) : throw Fault("CE4011", "'is' must be followed by 'null' or 'not null'");
        }

        var not = Current.Is("not");
        if (not)
        {
            _index++;
        }

        var test = Test(left, start);
        if (test is null)
        {
            return not ? throw Fault("CE4011", "'not' behind a value must be followed by in, like, between, within, contains or older than") : left;
        }

        return not ? new NotSyntax(test, start, LastEnd) : test;
    }

    private ConditionSyntax? Test(ConditionSyntax left, int start)
    {
        if (Take("in"))
        {
            return new InSyntax(left, List(), start, LastEnd);
        }

        if (Take("like"))
        {
            var pattern = Literal("'like' needs a text, as in like \"abc%\"");
            return pattern.Kind == LiteralKind.Text ? new LikeSyntax(left, pattern, start, LastEnd)
                : throw FaultAt(pattern.Start, "CE4011", "'like' needs a text, as in like \"abc%\"");
        }

        if (Take("between"))
        {
            var low = Sum();
            Expect("and", "'between' needs two bounds: between 10 and 20");
            return new BetweenSyntax(left, low, Sum(), start, LastEnd);
        }

        if (Take("contains"))
        {
            var mode = Current.Is("any") && Following.IsSymbol("(") ? ContainsMode.Any : Current.Is("all") && Following.IsSymbol("(") ? ContainsMode.All : ContainsMode.One;
            if (mode != ContainsMode.One)
            {
                _index++;
                return new ContainsSyntax(left, mode, List(), start, LastEnd);
            }

            return new ContainsSyntax(left, mode, [Literal("'contains' needs a text, as in contains \"tea\"")], start, LastEnd);
        }

        if (Take("within"))
        {
            var next = Take("next");
            return new SpanSyntax(left, next ? SpanMode.WithinNext : SpanMode.Within, Duration(next ? "within next" : "within"), start, LastEnd);
        }

        if (Current.Is("older") && Following.Is("than"))
        {
            _index += 2;
            return new SpanSyntax(left, SpanMode.OlderThan, Duration("older than"), start, LastEnd);
        }

        if (Current.Is("before") || Current.Is("after"))
        {
            var symbol = Advance().Is("before") ? "<" : ">";
            return new CompareSyntax(symbol, left, Sum(), start, LastEnd);
        }

        return null;
    }

    private ConditionSyntax Sum() => LeftToRight("+", "-", Product);

    private ConditionSyntax Product() => LeftToRight("*", "/", Signed);

    private ConditionSyntax LeftToRight(string one, string other, Func<ConditionSyntax> next)
    {
        var start = Current.Start;
        var left = next();
        var entered = 0;
        while (Current.IsSymbol(one) || Current.IsSymbol(other))
        {
            // Every operator nests the tree one deeper, as parentheses would.
            Enter();
            entered++;
            var symbol = Advance().Text[0];
            left = new ArithmeticSyntax(symbol, left, next(), start, LastEnd);
        }

        _depth -= entered;
        return left;
    }

    private ConditionSyntax Signed()
    {
        var start = Current.Start;
        if (!Current.IsSymbol("-"))
        {
            return Primary();
        }

        _index++;
        Enter();
        var operand = Signed();
        _depth--;
        return operand is LiteralSyntax { Value: decimal number } literal && literal.Kind is LiteralKind.Number or LiteralKind.Percent
            ? literal with { Value = -number, Start = start }
            : operand is LiteralSyntax { Value: Money money } amount ? amount with { Value = money with { Amount = -money.Amount }, Start = start }
            : new NegateSyntax(operand, start, LastEnd);
    }

    private ConditionSyntax Primary()
    {
        var token = Current;
        if (token.IsSymbol("("))
        {
            Enter();
            _index++;
            var inner = Or();
            if (Current.IsSymbol(","))
            {
                throw Fault("CE4012", "a list stands only behind 'in', 'contains any' or 'contains all'");
            }

            ExpectSymbol(")");
            _depth--;
            return inner;
        }

        if (token.Kind is TokenKind.Text or TokenKind.Number or TokenKind.Percent or TokenKind.Date or TokenKind.Time || token.Is("true") || token.Is("false") || token.Is("null"))
        {
            return Literal("");
        }

        if (token.Kind != TokenKind.Word || Reserved.Contains(token.Text.ToLowerInvariant()))
        {
            throw Fault("CE4010", token.Kind == TokenKind.End ? "something is missing at the end: a field, a value or a condition" : $"{Show(token)} was not expected here; a field, a value or a condition must stand here");
        }

        if (Following.IsSymbol("("))
        {
            return Call();
        }

        return token.Text is "contacted" or "responded" or "opened" or "clicked" && !Following.IsSymbol(".") ? Fact() : Path();
    }

    private PathSyntax Path()
    {
        var start = Current.Start;
        var names = new List<NameSyntax>();
        do
        {
            if (Current.Kind != TokenKind.Word || (names.Count == 0 && Reserved.Contains(Current.Text.ToLowerInvariant())))
            {
                throw Fault("CE4010", $"{Show(Current)} was not expected here; a name must stand here");
            }

            names.Add(new NameSyntax(Current.Text, Current.Start));
            _index++;
        }
        while (TakeSymbol("."));

        return new PathSyntax(names, start, LastEnd);
    }

    private ConditionSyntax Call()
    {
        Enter();
        var start = Current.Start;
        var name = new NameSyntax(Advance().Text, start);
        _index++;
        ConditionSyntax call;
        if (Aggregates.Contains(name.Name))
        {
            call = Rows(name, start);
            ExpectSymbol(")");
        }
        else
        {
            var arguments = new List<ConditionSyntax>();
            if (!Current.IsSymbol(")"))
            {
                do
                {
                    arguments.Add(Or());
                }
                while (TakeSymbol(","));
            }

            ExpectSymbol(")");
            call = new CallSyntax(name, arguments, start, LastEnd);
        }

        _depth--;
        return call with { End = LastEnd };
    }

    private AggregateSyntax Rows(NameSyntax function, int start)
    {
        var distinct = Current.Is("distinct") && Following.Kind == TokenKind.Word && !Following.Is("where");
        if (distinct)
        {
            _index++;
        }

        var path = Path();
        var where = Take("where") ? Or() : null;
        return new AggregateSyntax(function, distinct, path, where, start, LastEnd);
    }

    private FactSyntax Fact()
    {
        var start = Current.Start;
        var fact = new FactSyntax(new NameSyntax(Advance().Text, start), start, LastEnd);
        while (true)
        {
            var modifier = Current;
            if (Take("by"))
            {
                Once(fact.Campaigns is null && !fact.AnyCampaign, modifier);
                fact = Take("any") ? fact with { AnyCampaign = true } : fact with { Campaigns = Names("by \"spring-tea\"") };
            }
            else if (Take("drop"))
            {
                Once(fact.Drops is null, modifier);
                fact = fact with { Drops = Names("drop \"announce\"") };
            }
            else if (Take("on"))
            {
                Once(fact.Channels is null, modifier);
                fact = fact with { Channels = Channels() };
            }
            else if (Current.Is("within"))
            {
                Once(fact.Within is null, modifier);
                _index++;
                fact = fact with { Within = Duration("within") };
            }
            else
            {
                return fact with { End = LastEnd };
            }
        }
    }

    private void Once(bool first, ConditionToken modifier)
    {
        if (!first)
        {
            throw FaultAt(modifier.Start, "CE4010", $"'{modifier.Text}' is written twice");
        }
    }

    private List<string> Names(string example)
    {
        var at = Current.Start;
        var items = Current.IsSymbol("(") ? List() : [Literal($"a name in quotes is missing, as in {example}")];
        return items.TrueForAll(item => item.Kind == LiteralKind.Text) ? [.. items.Select(item => (string)item.Value!)]
            : throw FaultAt(at, "CE4011", $"names stand in quotes, as in {example}");
    }

    private List<(string, int)> Channels()
    {
        if (Current.Kind == TokenKind.Word)
        {
            var token = Advance();
            return [(token.Text, token.Start)];
        }

        var at = Current.Start;
        return [.. Names("on email").Select(name => (name, at))];
    }

    private List<LiteralSyntax> List()
    {
        var open = Current;
        ExpectSymbol("(", "a list in parentheses is missing, as in (\"TW\", \"HK\")");
        var items = new List<LiteralSyntax>();
        do
        {
            if (items.Count > 0 && Current.IsSymbol(")"))
            {
                break;
            }

            items.Add(Literal("a list holds values, as in (\"TW\", \"HK\")"));
            if (items.Count > ConditionLimits.ListItems)
            {
                throw FaultAt(open.Start, "CE4303", $"a list has at most {ConditionLimits.ListItems} values");
            }
        }
        while (TakeSymbol(","));

        ExpectSymbol(")");
        return items;
    }

    private LiteralSyntax Duration(string before)
    {
        var at = Current;
        if (at.Kind == TokenKind.Number && !(Following.Kind == TokenKind.Word && !IsOperator(Following)))
        {
            throw Fault("CE4013", $"write a unit: {before} {at.Text} days");
        }

        var literal = Literal($"a duration must follow '{before}', as in {before} 180 days");
        return literal.Kind == LiteralKind.Duration ? literal
            : throw FaultAt(at.Start, "CE4013", $"a duration must follow '{before}', as in {before} 180 days");
    }

    private LiteralSyntax Literal(string missing)
    {
        var token = Current;
        var start = token.Start;
        if (token.IsSymbol("-") && Following.Kind is TokenKind.Number or TokenKind.Percent && Signed() is LiteralSyntax negative)
        {
            return negative;
        }

        switch (token.Kind)
        {
            case TokenKind.Text:
                return new LiteralSyntax(LiteralKind.Text, Advance().Value, start, LastEnd);
            case TokenKind.Percent:
                return new LiteralSyntax(LiteralKind.Percent, Advance().Value, start, LastEnd);
            case TokenKind.Date:
                return new LiteralSyntax(LiteralKind.Date, Advance().Value, start, LastEnd);
            case TokenKind.Time:
                return new LiteralSyntax(LiteralKind.Time, Advance().Value, start, LastEnd);
            case TokenKind.Number:
                return Quantity();
            case TokenKind.Word when token.Is("true") || token.Is("false"):
                return new LiteralSyntax(LiteralKind.Boolean, Advance().Is("true"), start, LastEnd);
            case TokenKind.Word when token.Is("null"):
                return new LiteralSyntax(LiteralKind.Null, Advance().Value, start, LastEnd);
            default:
                throw Fault("CE4011", token.Kind == TokenKind.Word ? $"{missing}; text stands in double quotes: \"{token.Text}\"" : missing);
        }
    }

    private LiteralSyntax Quantity()
    {
        var number = Advance();
        var value = (decimal)number.Value!;
        var unit = Current;
        if (unit.Kind != TokenKind.Word || IsOperator(unit))
        {
            return new LiteralSyntax(LiteralKind.Number, value, number.Start, number.End);
        }

        var index = Array.FindIndex(Units, u => unit.Text == u || unit.Text == u + "s");
        if (index >= 0)
        {
            _index++;
            return DurationOf(number, value, (DurationUnit)index);
        }

        if (unit.Text.Length == 3 && Currencies.Contains(unit.Text))
        {
            _index++;
            return new LiteralSyntax(LiteralKind.Money, new Money(value, unit.Text), number.Start, LastEnd);
        }

        var known = Suggestion.For(unit.Text, Units.Select(u => u + "s"));
        throw unit.Text.Length == 3 && unit.Text.All(char.IsAsciiLetterUpper)
            ? FaultAt(unit.Start, "CE4014", $"'{unit.Text}' is not an ISO 4217 currency code{Suggestion.For(unit.Text, Currencies.All)}")
            : FaultAt(unit.Start, "CE4014", $"'{Shown.Text(unit.Text)}' is not a unit{(known.Length > 0 ? known : "; units are seconds, minutes, hours, days, weeks, months, years, or a currency code in capitals")}");
    }

    private LiteralSyntax DurationOf(ConditionToken number, decimal value, DurationUnit unit)
    {
        var most = unit switch
        {
            DurationUnit.Year => 1L,
            DurationUnit.Month => 12,
            DurationUnit.Week => 52,
            DurationUnit.Day => 366,
            DurationUnit.Hour => 366 * 24,
            DurationUnit.Minute => 366 * 24 * 60,
            _ => 366 * 24 * 60 * 60,
        } * ConditionLimits.Years;
        if (value != decimal.Truncate(value))
        {
            throw FaultAt(number.Start, "CE4013", "a duration is a whole number of its unit; take a smaller unit");
        }

        return value <= Math.Min(most, int.MaxValue) ? new LiteralSyntax(LiteralKind.Duration, new CalendarDuration((int)value, unit), number.Start, LastEnd)
            : throw FaultAt(number.Start, "CE4302", $"a duration is at most {ConditionLimits.Years} years");
    }

    private static bool IsOperator(ConditionToken token) =>
        Array.Exists(Reserved, token.Is) || token.Is("within") || token.Is("contains") || token.Is("before") || token.Is("after") || token.Is("older")
        || token.Is("by") || token.Is("drop") || token.Is("on") || token.Is("desc") || token.Is("asc");

    private ConditionToken Advance() => _tokens[_index++];

    private bool Take(string word)
    {
        var taken = Current.Is(word);
        _index += taken ? 1 : 0;
        return taken;
    }

    private bool TakeSymbol(string symbol)
    {
        var taken = Current.IsSymbol(symbol);
        _index += taken ? 1 : 0;
        return taken;
    }

    private void Expect(string word, string otherwise)
    {
        if (!Take(word))
        {
            throw Fault("CE4011", otherwise);
        }
    }

    private void ExpectSymbol(string symbol, string? otherwise = null)
    {
        if (!TakeSymbol(symbol))
        {
            throw Fault("CE4012", otherwise ?? (Current.Kind == TokenKind.End ? $"'{symbol}' is missing at the end" : $"'{symbol}' was expected instead of {Show(Current)}"));
        }
    }

    private void Enter()
    {
        if (++_depth > ConditionLimits.Depth)
        {
            throw Fault("CE4302", $"a condition nests at most {ConditionLimits.Depth} levels deep");
        }
    }

    private static string Show(ConditionToken token) => token.Kind == TokenKind.End ? "the end" : $"'{Shown.Text(token.Text)}'";

    private SyntaxFault Fault(string code, string text) => FaultAt(Current.Start, code, text);

    private SyntaxFault FaultAt(int offset, string code, string text)
    {
        _problems.Error(_written.At(offset), code, text);
        return new SyntaxFault();
    }

    // Leaves the recursion after the fault has been reported; never leaves this class.
    private sealed class SyntaxFault : Exception;
}
