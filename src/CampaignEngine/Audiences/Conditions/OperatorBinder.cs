using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Purchases;

namespace CampaignEngine.Audiences.Conditions;

/// <summary>Types literals, operators and functions.</summary>
internal sealed class OperatorBinder(ConditionBinder.Pass pass)
{
    public BoundNode? Bind(ConditionSyntax syntax, Entity entity, bool outer) => syntax switch
    {
        LiteralSyntax literal => Literal(literal),
        LogicalSyntax logical => Logical(logical, entity, outer),
        NotSyntax negation => Condition(negation.Operand, entity, outer) is { } operand ? new BoundNot(operand) : null,
        NegateSyntax negate => Negate(negate, entity, outer),
        ArithmeticSyntax arithmetic => Arithmetic(arithmetic, entity, outer),
        CompareSyntax compare => Compare(compare, entity, outer),
        BetweenSyntax between => Between(between, entity, outer),
        InSyntax list => In(list, entity, outer),
        LikeSyntax like => Like(like, entity, outer),
        ContainsSyntax contains => Contains(contains, entity, outer),
        IsNullSyntax isNull => pass.Bind(isNull.Operand, entity, outer) is { } tested ? new BoundIsNull(tested, isNull.Negated) : null,
        SpanSyntax span => Span(span, entity, outer),
        CallSyntax call => Call(call, entity, outer),
        _ => throw new ArgumentOutOfRangeException(nameof(syntax), syntax.GetType().Name, "syntax without a binding"),
    };

    /// <summary>Reports that a value stands where a condition must.</summary>
    public void NeedsComparison(ConditionSyntax syntax, ValueKind kind)
    {
        var example = kind switch
        {
            ValueKind.Text => "= \"abc\"",
            ValueKind.TextList => "contains \"abc\"",
            ValueKind.Date or ValueKind.Time => "within 30 days",
            _ => "> 0",
        };
        pass.Fail(syntax.Start, "CE4201", $"'{pass.TextOf(syntax)}' is {kind.Name()}, and a condition must be true or false; compare it, as in {pass.TextOf(syntax)} {example}");
    }

    private static BoundLiteral Literal(LiteralSyntax literal) => literal.Kind switch
    {
        LiteralKind.Null => new BoundLiteral(ValueKind.Null, DBNull.Value),
        LiteralKind.Boolean => new BoundLiteral(ValueKind.Boolean, literal.Value!),
        LiteralKind.Text => new BoundLiteral(ValueKind.Text, literal.Value!),
        LiteralKind.Money => new BoundLiteral(ValueKind.Money, ((Money)literal.Value!).Amount, ((Money)literal.Value!).Currency),
        LiteralKind.Percent => new BoundLiteral(ValueKind.Number, literal.Value!),
        LiteralKind.Date => new BoundLiteral(ValueKind.Date, literal.Value!),
        LiteralKind.Time => new BoundLiteral(ValueKind.Time, literal.Value!),
        LiteralKind.Duration => new BoundLiteral(ValueKind.Duration, literal.Value!),
        _ => Number((decimal)literal.Value!),
    };

    private static BoundLiteral Number(decimal value) =>
        value == decimal.Truncate(value) && value is >= long.MinValue and <= long.MaxValue
            ? new BoundLiteral(ValueKind.Integer, (long)value) : new BoundLiteral(ValueKind.Number, value);

    private BoundNode? Condition(ConditionSyntax syntax, Entity entity, bool outer)
    {
        var bound = pass.Bind(syntax, entity, outer);
        if (bound is not null && bound.Kind != ValueKind.Boolean)
        {
            NeedsComparison(syntax, bound.Kind);
            return null;
        }

        return bound;
    }

    private BoundLogical? Logical(LogicalSyntax syntax, Entity entity, bool outer)
    {
        var items = syntax.Items.Select(item => Condition(item, entity, outer)).ToList();
        return items.Contains(null) ? null : new BoundLogical(syntax.All, items!);
    }

    private BoundNode? Negate(NegateSyntax syntax, Entity entity, bool outer) =>
        pass.Bind(syntax.Operand, entity, outer) is not { } operand ? null
            : operand.Kind.IsNumeric() ? new BoundNegate(operand)
            : pass.Fail(syntax.Start, "CE4202", $"'-' needs a number; '{pass.TextOf(syntax.Operand)}' is {operand.Kind.Name()}");

    private BoundNode? Arithmetic(ArithmeticSyntax syntax, Entity entity, bool outer)
    {
        var (left, right) = (pass.Bind(syntax.Left, entity, outer), pass.Bind(syntax.Right, entity, outer));
        if (left is null || right is null)
        {
            return null;
        }

        switch (syntax.Operator, left.Kind, right.Kind)
        {
            case ('+' or '-', ValueKind.Date or ValueKind.Time, ValueKind.Duration):
                var duration = (CalendarDuration)((BoundLiteral)right).Value;
                return new BoundShift(left, duration, syntax.Operator == '-', duration.Unit < DurationUnit.Day ? ValueKind.Time : left.Kind);
            case ('-', ValueKind.Date, ValueKind.Date):
                return new BoundDays(left, right);
            case ('-', ValueKind.Date or ValueKind.Time, ValueKind.Date or ValueKind.Time):
                return pass.Fail(syntax.Start, "CE4202", "a difference of times has no single unit; write 'within 30 days', or days_since(x)");
        }

        if (!left.Kind.IsNumeric() || !right.Kind.IsNumeric())
        {
            var (wrong, kind) = left.Kind.IsNumeric() ? (syntax.Right, right.Kind) : (syntax.Left, left.Kind);
            return pass.Fail(wrong.Start, "CE4202", $"'{syntax.Operator}' needs numbers; '{pass.TextOf(wrong)}' is {kind.Name()}");
        }

        var (leftMoney, rightMoney) = (left.Kind == ValueKind.Money, right.Kind == ValueKind.Money);
        if (leftMoney && rightMoney && syntax.Operator == '*')
        {
            return pass.Fail(syntax.Start, "CE4202", "two amounts of money cannot be multiplied");
        }

        if (rightMoney && !leftMoney && syntax.Operator == '/')
        {
            return pass.Fail(syntax.Start, "CE4202", "a number cannot be divided by an amount of money");
        }

        if (!SameCurrency(syntax, ref left, ref right, entity))
        {
            return null;
        }

        var money = syntax.Operator == '/' ? leftMoney && !rightMoney : leftMoney || rightMoney;
        var whole = left.Kind == ValueKind.Integer && right.Kind == ValueKind.Integer && syntax.Operator != '/';
        return new BoundArithmetic(syntax.Operator, left, right, money ? ValueKind.Money : whole ? ValueKind.Integer : ValueKind.Number);
    }

    private BoundNode? Compare(CompareSyntax syntax, Entity entity, bool outer)
    {
        var (left, right) = (pass.Bind(syntax.Left, entity, outer), pass.Bind(syntax.Right, entity, outer));
        return left is null || right is null ? null : Compare(syntax, syntax.Operator, left, right, syntax.Left, syntax.Right, entity);
    }

    private BoundNode? Compare(ConditionSyntax whole, string symbol, BoundNode left, BoundNode right, ConditionSyntax leftSyntax, ConditionSyntax rightSyntax, Entity entity)
    {
        if (left.Kind == ValueKind.Null || right.Kind == ValueKind.Null)
        {
            var other = left.Kind == ValueKind.Null ? rightSyntax : leftSyntax;
            return pass.Fail(whole.Start, "CE4205", $"nothing equals null; write '{pass.TextOf(other)} is {(symbol == "!=" ? "not " : "")}null'");
        }

        if (left.Kind == ValueKind.TextList || right.Kind == ValueKind.TextList)
        {
            var list = left.Kind == ValueKind.TextList ? leftSyntax : rightSyntax;
            return pass.Fail(whole.Start, "CE4202", $"'{pass.TextOf(list)}' is a list of texts; write '{pass.TextOf(list)} contains \"abc\"'");
        }

        if (left.Kind == ValueKind.Duration || right.Kind == ValueKind.Duration)
        {
            return pass.Fail(whole.Start, "CE4202", "a duration cannot be compared; write 'within 30 days', 'older than 30 days', or age(x) in years");
        }

        if (left.Kind == ValueKind.Boolean && right.Kind == ValueKind.Boolean && symbol is not ("=" or "!="))
        {
            return pass.Fail(whole.Start, "CE4202", "true and false have no order; use '=' or '!='");
        }

        if (left.Kind == ValueKind.Uuid || right.Kind == ValueKind.Uuid)
        {
            if (!Uuid(ref left, leftSyntax) || !Uuid(ref right, rightSyntax))
            {
                return null;
            }
        }

        if (left.Kind.IsMoment() && right.Kind.IsMoment() && left.Kind != right.Kind)
        {
            return left.Kind == ValueKind.Time ? new BoundDayCompare(symbol, left, right) : new BoundDayCompare(Flip(symbol), right, left);
        }

        if (left.Kind != right.Kind && !(left.Kind.IsNumeric() && right.Kind.IsNumeric()))
        {
            return pass.Fail(whole.Start, "CE4202", $"'{pass.TextOf(leftSyntax)}' is {left.Kind.Name()} and '{pass.TextOf(rightSyntax)}' is {right.Kind.Name()}; they cannot be compared{Hint(left, right)}");
        }

        return !PossibleRfm(whole, left, right) || !PossibleRfm(whole, right, left) || !SameCurrency(whole, ref left, ref right, entity)
            ? null : new BoundCompare(symbol, left, right);
    }

    // A score or segment that nobody can have is a typing error, not an empty selection.
    private bool PossibleRfm(ConditionSyntax whole, BoundNode node, BoundNode other)
    {
        if ((node is BoundAt at ? at.Inner : node) is not BoundRfm rfm || other is not BoundLiteral literal)
        {
            return true;
        }

        switch (rfm.Part, literal.Value)
        {
            case (RfmPart.Segment, string name) when !RfmSegments.Names.Contains(name):
                pass.Fail(whole.Start, "CE4210", $"unknown segment '{Shown.Text(name)}'{Suggestion.For(name, RfmSegments.Names)}");
                return false;
            case (not (RfmPart.Segment or RfmPart.Score), long and (< 1 or > 5)):
                pass.Fail(whole.Start, "CE4210", $"rfm.{rfm.Part.ToString().ToLowerInvariant()} runs from 1 to 5");
                return false;
            default:
                return true;
        }
    }

    private static string Flip(string symbol) => symbol switch { "<" => ">", "<=" => ">=", ">" => "<", ">=" => "<=", _ => symbol };

    private static string Hint(BoundNode left, BoundNode right)
    {
        var text = (left as BoundLiteral ?? right as BoundLiteral) is { Kind: ValueKind.Text } literal ? (string)literal.Value : null;
        var other = left is BoundLiteral ? right.Kind : left.Kind;
        return text is null ? ""
            : other.IsMoment() && DateOnly.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var day) ? $"; write the date without quotes: {day:yyyy-MM-dd}"
            : other.IsNumeric() && decimal.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _) ? $"; write the number without quotes: {text}"
            : other == ValueKind.Boolean && text is "true" or "false" ? $"; write {text} without quotes" : "";
    }

    private bool Uuid(ref BoundNode node, ConditionSyntax syntax)
    {
        if (node is BoundLiteral { Kind: ValueKind.Text } literal)
        {
            if (!Guid.TryParseExact((string)literal.Value, "D", out var id))
            {
                pass.Fail(syntax.Start, "CE4202", $"{pass.TextOf(syntax)} is not a uuid; write \"01234567-89ab-cdef-0123-456789abcdef\"");
                return false;
            }

            node = new BoundLiteral(ValueKind.Uuid, id);
        }

        return true;
    }

    // An amount with a currency beside amounts of rows restricts these to rows in that currency; two currencies never mix.
    private bool SameCurrency(ConditionSyntax whole, ref BoundNode left, ref BoundNode right, Entity entity)
    {
        var (leftCode, rightCode) = (MoneyOf.Currency(left), MoneyOf.Currency(right));
        if (leftCode is null && rightCode is null)
        {
            return true;
        }

        if (leftCode is not null && rightCode is not null)
        {
            if (leftCode != rightCode)
            {
                pass.Fail(whole.Start, "CE4206", $"{leftCode} and {rightCode} cannot be mixed; the engine knows no exchange rates");
                return false;
            }

            return true;
        }

        var (code, other) = leftCode is null ? (rightCode!, left) : (leftCode, right);
        if (other.Kind != ValueKind.Money)
        {
            // A factor or divisor is a plain number on purpose; anything else beside money must be money.
            if (whole is ArithmeticSyntax { Operator: '*' or '/' })
            {
                return true;
            }

            pass.Fail(whole.Start, "CE4206", $"an amount in {code} stands beside {other.Kind.Name()}, which is no money; write the number without '{code}'");
            return false;
        }

        if (MoneyOf.Restrict(other, entity, code) is not { } restricted)
        {
            pass.Fail(whole.Start, "CE4206", $"these amounts carry no currency (their entity has no text field 'currency'); write the number without '{code}'");
            return false;
        }

        (left, right) = leftCode is null ? (restricted, right) : (left, restricted);
        return true;
    }

    private BoundLogical? Between(BetweenSyntax syntax, Entity entity, bool outer)
    {
        var (operand, low, high) = (pass.Bind(syntax.Operand, entity, outer), pass.Bind(syntax.Low, entity, outer), pass.Bind(syntax.High, entity, outer));
        if (operand is null || low is null || high is null)
        {
            return null;
        }

        if (MoneyOf.Currency(low) is { } one && MoneyOf.Currency(high) is { } two && one != two)
        {
            pass.Fail(syntax.Low.Start, "CE4206", $"{one} and {two} cannot be mixed; the engine knows no exchange rates");
            return null;
        }

        var above = Compare(syntax, ">=", operand, low, syntax.Operand, syntax.Low, entity);
        var below = above is null ? null : Compare(syntax, "<=", operand, high, syntax.Operand, syntax.High, entity);
        if (above is null || below is null)
        {
            return null;
        }

        if (low is BoundLiteral { Value: IComparable first } && high is BoundLiteral { Value: IComparable second }
            && first.GetType() == second.GetType() && first.CompareTo(second) > 0 && first is not string)
        {
            pass.Fail(syntax.Low.Start, "CE4207", $"no value lies between {pass.TextOf(syntax.Low)} and {pass.TextOf(syntax.High)}; write the smaller bound first");
            return null;
        }

        return new BoundLogical(true, [above, below]);
    }

    private BoundIn? In(InSyntax syntax, Entity entity, bool outer)
    {
        if (pass.Bind(syntax.Operand, entity, outer) is not { } operand)
        {
            return null;
        }

        if (operand.Kind is ValueKind.TextList or ValueKind.Duration or ValueKind.Null)
        {
            pass.Fail(syntax.Start, "CE4202", operand.Kind == ValueKind.TextList
                ? $"'{pass.TextOf(syntax.Operand)}' is a list of texts; write 'contains any (...)'" : $"'in' cannot look for {operand.Kind.Name()}");
            return null;
        }

        var items = new List<BoundLiteral>(syntax.Items.Count);
        foreach (var item in syntax.Items)
        {
            BoundNode literal = Literal(item);
            var fits = literal.Kind == operand.Kind || (literal.Kind.IsNumeric() && operand.Kind.IsNumeric() && item.Kind != LiteralKind.Money)
                || (operand.Kind == ValueKind.Uuid && literal.Kind == ValueKind.Text) || (operand.Kind == ValueKind.Time && literal.Kind == ValueKind.Date);
            if (!fits || item.Kind == LiteralKind.Money)
            {
                pass.Fail(item.Start, "CE4202", literal.Kind == ValueKind.Null
                    ? $"null is in no list; write '{pass.TextOf(syntax.Operand)} is null or ...'"
                    : item.Kind == LiteralKind.Money ? "amounts in a list are written without currency"
                    : $"'{pass.TextOf(syntax.Operand)}' is {operand.Kind.Name()}, but the list holds {literal.Kind.Name()}: {pass.TextOf(item)}{Hint(operand, literal)}");
                return null;
            }

            if (operand.Kind == ValueKind.Uuid && !Uuid(ref literal, item))
            {
                return null;
            }

            items.Add((BoundLiteral)literal);
        }

        if (!items.TrueForAll(item => PossibleRfm(syntax, operand, item)))
        {
            return null;
        }

        if (operand.Kind == ValueKind.Time && items.Select(item => item.Kind).Distinct().Count() > 1)
        {
            pass.Fail(syntax.Items[0].Start, "CE4202", "a list holds either dates or times, not both");
            return null;
        }

        return new BoundIn(operand, items);
    }

    private BoundNode? Like(LikeSyntax syntax, Entity entity, bool outer)
    {
        if (pass.Bind(syntax.Operand, entity, outer) is not { } operand)
        {
            return null;
        }

        if (operand.Kind != ValueKind.Text)
        {
            return pass.Fail(syntax.Start, "CE4202", $"'like' needs text; '{pass.TextOf(syntax.Operand)}' is {operand.Kind.Name()}");
        }

        var pattern = (string)syntax.Pattern.Value!;
        var backslashes = pattern.Length - pattern.TrimEnd('\\').Length;
        return backslashes % 2 == 1 ? pass.Fail(syntax.Pattern.Start, "CE4208", "the pattern ends in a single backslash, which would take the next character literally; remove it")
            : new BoundLike(operand, pattern);
    }

    private BoundNode? Contains(ContainsSyntax syntax, Entity entity, bool outer)
    {
        if (pass.Bind(syntax.Operand, entity, outer) is not { } operand)
        {
            return null;
        }

        if (syntax.Items.FirstOrDefault(item => item.Kind != LiteralKind.Text) is { } wrong)
        {
            return pass.Fail(wrong.Start, "CE4202", $"'contains' looks for texts; {pass.TextOf(wrong)} is none");
        }

        if (operand.Kind != ValueKind.TextList && !(operand.Kind == ValueKind.Text && syntax.Mode == ContainsMode.One))
        {
            return pass.Fail(syntax.Start, "CE4202", $"'contains' needs a list of texts{(syntax.Mode == ContainsMode.One ? " or a text" : "")}; '{pass.TextOf(syntax.Operand)}' is {operand.Kind.Name()}");
        }

        return new BoundContains(operand, syntax.Mode, [.. syntax.Items.Select(item => (string)item.Value!)]);
    }

    private BoundNode? Span(SpanSyntax syntax, Entity entity, bool outer) =>
        pass.Bind(syntax.Operand, entity, outer) is not { } operand ? null
            : operand.Kind.IsMoment() ? new BoundSpan(operand, syntax.Mode, (CalendarDuration)syntax.Duration.Value!)
            : pass.Fail(syntax.Start, "CE4202", $"'{(syntax.Mode == SpanMode.OlderThan ? "older than" : "within")}' needs a date or time; '{pass.TextOf(syntax.Operand)}' is {operand.Kind.Name()}");

    private BoundNode? Call(CallSyntax syntax, Entity entity, bool outer)
    {
        if (syntax.Function.Name is "today" or "now")
        {
            return syntax.Arguments.Count == 0 ? new BoundNow(syntax.Function.Name == "now" ? ValueKind.Time : ValueKind.Date)
                : pass.Fail(syntax.Start, "CE4110", $"{syntax.Function.Name}() takes nothing");
        }

        if (!ConditionFunctions.ByName.TryGetValue(syntax.Function.Name, out var function))
        {
            return pass.Fail(syntax.Start, "CE4111", $"unknown function '{Shown.Text(syntax.Function.Name)}'{Suggestion.For(syntax.Function.Name, ConditionFunctions.Known)}");
        }

        var (fewest, most, example) = ConditionFunctions.Arity(function);
        if (syntax.Arguments.Count < fewest || syntax.Arguments.Count > most)
        {
            return pass.Fail(syntax.Start, "CE4110", $"{syntax.Function.Name} takes {(fewest == most ? $"{fewest} value" : $"{fewest} to {most} values")}, as in {example}");
        }

        var arguments = syntax.Arguments.Select(argument => pass.Bind(argument, entity, outer)).ToList();
        return arguments.Contains(null) ? null : Typed(syntax, function, arguments!);
    }

    private BoundNode? Typed(CallSyntax syntax, ConditionFunction function, List<BoundNode> arguments)
    {
        var first = arguments[0].Kind;
        if (function == ConditionFunction.Coalesce)
        {
            var kinds = arguments.Select(argument => argument.Kind).Distinct().ToList();
            var common = kinds.Count == 1 ? kinds[0]
                : kinds.TrueForAll(kind => kind.IsNumeric()) ? (kinds.Contains(ValueKind.Money) ? ValueKind.Money : ValueKind.Number) : ValueKind.Null;
            return common is ValueKind.Null or ValueKind.Duration || arguments.Exists(argument => argument is BoundLiteral { Currency: not null })
                ? pass.Fail(syntax.Start, "CE4202", $"coalesce needs values of one type (amounts without currency); these are {string.Join(", ", kinds.Select(kind => kind.Name()))}")
                : new BoundCall(function, arguments, common);
        }

        var (fits, wanted, result) = function switch
        {
            ConditionFunction.Lower or ConditionFunction.Upper or ConditionFunction.Trim => (first == ValueKind.Text, "text", ValueKind.Text),
            ConditionFunction.Length => (first is ValueKind.Text or ValueKind.TextList, "text or a list of texts", ValueKind.Integer),
            ConditionFunction.Abs => (first.IsNumeric(), "a number", first),
            ConditionFunction.Round or ConditionFunction.Floor or ConditionFunction.Ceil =>
                (first.IsNumeric(), "a number", first == ValueKind.Money ? ValueKind.Money : ValueKind.Number),
            _ => (first.IsMoment(), "a date or time", ValueKind.Integer),
        };
        if (!fits)
        {
            return pass.Fail(syntax.Arguments[0].Start, "CE4202", $"{syntax.Function.Name} needs {wanted}; '{pass.TextOf(syntax.Arguments[0])}' is {first.Name()}");
        }

        return function == ConditionFunction.Round && arguments.Count == 2 && arguments[1] is not BoundLiteral { Value: >= 0L and <= 10L }
            ? pass.Fail(syntax.Arguments[1].Start, "CE4202", "round takes 0 to 10 decimals, as in round(amount, 2)")
            : new BoundCall(function, arguments, result);
    }
}
