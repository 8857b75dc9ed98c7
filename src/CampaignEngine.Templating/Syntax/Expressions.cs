namespace CampaignEngine.Templating.Syntax;

/// <summary>A part of a parsed template: its half-open range in the source.</summary>
internal abstract class Node
{
    public int Start { get; init; }

    public int End { get; set; }
}

internal abstract class Expr : Node;

internal sealed class LiteralExpr(object? value) : Expr
{
    public object? Value { get; } = value;
}

/// <summary>A variable: <c>name</c> (global) or <c>$name</c> (local, <paramref name="name"/> without the dollar).</summary>
internal sealed class VariableExpr(string name, bool isLocal) : Expr
{
    public string Name { get; } = name;

    public bool IsLocal { get; } = isLocal;
}

internal sealed class ThisExpr : Expr;

internal sealed class MemberExpr(Expr target, string name, int nameStart, bool optional) : Expr
{
    public Expr Target { get; } = target;

    public string Name { get; } = name;

    public int NameStart { get; } = nameStart;

    /// <summary>Reached through <c>?.</c>, here or earlier in the chain.</summary>
    public bool Optional { get; } = optional;
}

/// <summary><c>target.empty?</c></summary>
internal sealed class IsEmptyExpr(Expr target) : Expr
{
    public Expr Target { get; } = target;
}

internal sealed class IndexExpr(Expr target, Expr index) : Expr
{
    public Expr Target { get; } = target;

    public Expr Index { get; } = index;
}

internal enum UnaryOp
{
    Not,
    Negate,
    Plus,
    Alias,
    Expand,
}

internal sealed class UnaryExpr(UnaryOp op, Expr right) : Expr
{
    public UnaryOp Op { get; } = op;

    public Expr Right { get; } = right;
}

/// <summary><c>++x</c>, <c>x++</c>, <c>--x</c>, <c>x--</c></summary>
internal sealed class StepExpr(Expr target, int step, bool post) : Expr
{
    public Expr Target { get; } = target;

    public int Step { get; } = step;

    public bool Post { get; } = post;
}

internal enum BinaryOp
{
    Add,
    Subtract,
    Multiply,
    Divide,
    DivideRound,
    Modulus,
    BitAnd,
    ShiftLeft,
    ShiftRight,
    Coalesce,
    NotNullThen,
    And,
    Or,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Range,
    RangeExclusive,
}

internal sealed class BinaryExpr(BinaryOp op, Expr left, Expr right, int operatorStart) : Expr
{
    public BinaryOp Op { get; } = op;

    public Expr Left { get; } = left;

    public Expr Right { get; } = right;

    public int OperatorStart { get; } = operatorStart;
}

internal sealed class ConditionalExpr(Expr condition, Expr then, Expr otherwise) : Expr
{
    public Expr Condition { get; } = condition;

    public Expr Then { get; } = then;

    public Expr Else { get; } = otherwise;
}

/// <summary>A call; a value piped in stands as the first argument and is marked by <see cref="Piped"/>.</summary>
internal sealed class CallExpr(Expr target, List<Expr> arguments) : Expr
{
    public Expr Target { get; } = target;

    public List<Expr> Arguments { get; } = arguments;

    public bool Piped { get; set; }

    /// <summary>Written with parentheses: <c>f(1, 2)</c>.</summary>
    public bool Explicit { get; init; }

    public int Close { get; set; }
}

/// <summary>A pipe into something that is not a plain call; the target must yield a function when evaluated.</summary>
internal sealed class PipeExpr(Expr from, Expr to) : Expr
{
    public Expr From { get; } = from;

    public Expr To { get; } = to;
}

internal sealed class NamedArgument(string name, Expr? value) : Expr
{
    public string Name { get; } = name;

    public Expr? Value { get; } = value;
}

internal sealed class ArrayExpr(List<Expr> items) : Expr
{
    public List<Expr> Items { get; } = items;
}

internal sealed class ObjectExpr(List<(string Name, Expr Value)> members) : Expr
{
    public List<(string Name, Expr Value)> Members { get; } = members;
}

internal sealed class InterpolatedExpr(List<Expr> parts) : Expr
{
    public List<Expr> Parts { get; } = parts;
}

internal sealed class NestedExpr(Expr inner) : Expr
{
    public Expr Inner { get; } = inner;
}

/// <summary><c>do ... end</c></summary>
internal sealed class FunctionExpr(FunctionNode function) : Expr
{
    public FunctionNode Function { get; } = function;
}

/// <summary>An assignment; <see cref="Op"/> is set for <c>+=</c> and its like. Stands only at the top of a statement.</summary>
internal sealed class AssignExpr(Expr target, BinaryOp? op, Expr value) : Expr
{
    public Expr Target { get; } = target;

    public BinaryOp? Op { get; } = op;

    public Expr Value { get; } = value;
}
