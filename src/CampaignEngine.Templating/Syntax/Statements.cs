using CampaignEngine.Templating.Html;

namespace CampaignEngine.Templating.Syntax;

internal abstract class Statement : Node;

internal sealed class Block(List<Statement> statements) : Node
{
    public List<Statement> Statements { get; } = statements;
}

/// <summary>Text printed as it stands: the range in the source.</summary>
internal sealed class RawStatement : Statement
{
    public bool IsEscape { get; init; }
}

/// <summary><c>{{</c>: from here on, lines after the first are indented by the white space before it.</summary>
internal sealed class EnterStatement(string indent) : Statement
{
    public string Indent { get; } = indent;
}

/// <summary><c>}}</c>: the indentation of the block around applies again.</summary>
internal sealed class ExitStatement : Statement;

internal sealed class ExpressionStatement(Expr expression) : Statement
{
    public Expr Expression { get; } = expression;

    /// <summary>Where in the HTML the value stands; set once by the HTML scan of an escaping template.</summary>
    public HtmlContext Context { get; set; }
}

internal sealed class IfStatement(Expr condition, Block then, Block? otherwise) : Statement
{
    public Expr Condition { get; } = condition;

    public Block Then { get; } = then;

    public Block? Else { get; } = otherwise;
}

internal sealed class CaseStatement(Expr value, List<WhenClause> whens, Block? otherwise) : Statement
{
    public Expr Value { get; } = value;

    /// <summary>The first <c>when</c> stands in a code block of its own: the indentation of the <c>case</c> does not reach it.</summary>
    public bool LeavesIndent { get; init; }

    public List<WhenClause> Whens { get; } = whens;

    public Block? Else { get; } = otherwise;
}

internal sealed class WhenClause(List<Expr> values, Block body) : Node
{
    public List<Expr> Values { get; } = values;

    public Block Body { get; } = body;
}

internal sealed class ForStatement(Expr variable, Expr iterator, List<NamedArgument> options, Block body, Block? otherwise, bool tableRow) : Statement
{
    public Expr Variable { get; } = variable;

    public Expr Iterator { get; } = iterator;

    public List<NamedArgument> Options { get; } = options;

    public Block Body { get; } = body;

    public Block? Else { get; } = otherwise;

    public bool TableRow { get; } = tableRow;
}

internal sealed class WhileStatement(Expr condition, Block body) : Statement
{
    public Expr Condition { get; } = condition;

    public Block Body { get; } = body;
}

internal sealed class CaptureStatement(Expr target, Block body) : Statement
{
    public Expr Target { get; } = target;

    public Block Body { get; } = body;
}

internal sealed class WithStatement(Expr target, Block body) : Statement
{
    public Expr Target { get; } = target;

    public Block Body { get; } = body;
}

internal sealed class WrapStatement(Expr target, Block body) : Statement
{
    public Expr Target { get; } = target;

    public Block Body { get; } = body;
}

internal sealed class ImportStatement(Expr value) : Statement
{
    public Expr Value { get; } = value;
}

internal sealed class ReadOnlyStatement(VariableExpr variable) : Statement
{
    public VariableExpr Variable { get; } = variable;
}

internal sealed class ReturnStatement(Expr? value) : Statement
{
    public Expr? Value { get; } = value;
}

internal sealed class BreakStatement : Statement;

internal sealed class ContinueStatement : Statement;

internal sealed class FunctionStatement(VariableExpr name, FunctionNode function) : Statement
{
    public VariableExpr Name { get; } = name;

    public FunctionNode Function { get; } = function;
}

internal sealed record Parameter(string Name, object? Default, bool HasDefault, bool IsRest);

/// <summary>The body of a function: a block, or one expression for <c>f(x) = x + 1</c>.</summary>
internal sealed class FunctionNode(string? name, List<Parameter>? parameters, Block body, SourceText source) : Node
{
    public string? Name { get; } = name;

    /// <summary>Null for a simple function, whose arguments are only in <c>$</c>.</summary>
    public List<Parameter>? Parameters { get; } = parameters;

    public Block Body { get; } = body;

    public SourceText Source { get; } = source;
}
