using CampaignEngine.Templating.Evaluation;
using CampaignEngine.Templating.Parsing;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating;

/// <summary>
/// One expression of the language, bare (<c>row.amount * 2</c>) or in braces (<c>{{ row.name | string.strip }}</c>). Text
/// around braces makes the value a text.
/// </summary>
/// <example><code>
/// var expression = Expression.Parse("{{ row.InvoiceNo | string.strip }}").Compile();
/// var value = expression.Evaluate(new Dictionary&lt;string, object?&gt; { ["row"] = row });
/// </code></example>
public sealed class Expression
{
    private Expression(SourceText source, Expr? root, Template? template, IReadOnlyList<TemplateMessage> messages)
    {
        (Source, Root, Template, Messages) = (source, root, template, messages);
    }

    public IReadOnlyList<TemplateMessage> Messages { get; }

    public bool HasErrors => Messages.Any(m => m.Severity == Severity.Error);

    internal SourceText Source { get; }

    internal Expr? Root { get; }

    internal Template? Template { get; }

    /// <summary>Parses an expression; never throws on bad text.</summary>
    public static Expression Parse(string text, string? path = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var source = new SourceText(text, path);
        if (!text.Contains("{{", StringComparison.Ordinal))
        {
            var messages = new List<TemplateMessage>();
            var root = Parser.ParseSingle(source, TemplateOptions.Plain, messages);
            return new Expression(source, root, null, messages);
        }

        var template = Templating.Template.Parse(text, path);
        var parts = template.Body.Statements.Where(s => s is not (EnterStatement or ExitStatement)).ToList();
        var single = parts is [ExpressionStatement { Expression: not AssignExpr } statement] ? statement.Expression : null;
        return new Expression(template.Source, single, single is null ? template : null, template.Messages);
    }

    /// <summary>Makes an evaluator, which one thread uses at a time and for many rows.</summary>
    /// <exception cref="TemplateException">The expression has errors.</exception>
    public CompiledExpression Compile(TemplateEnvironment? environment = null, RenderLimits? limits = null)
    {
        if (Messages.FirstOrDefault(m => m.Severity == Severity.Error) is { } error)
        {
            throw new TemplateException(error);
        }

        return new CompiledExpression(this, environment ?? new TemplateEnvironment(), limits ?? RenderLimits.Default);
    }
}

/// <summary>Evaluates one expression over many rows; used by one thread at a time.</summary>
public sealed class CompiledExpression
{
    private readonly Expression _expression;
    private readonly RenderLimits _limits;
    private readonly Interpreter _run;

    internal CompiledExpression(Expression expression, TemplateEnvironment environment, RenderLimits limits)
    {
        (_expression, _limits) = (expression, limits);
        _run = new Interpreter(environment, TemplateOptions.Plain);
    }

    /// <summary>The value over the given variables: null, bool, int, long, decimal, double, string, DateTime, list or dictionary.</summary>
    /// <exception cref="TemplateException">The expression cannot be evaluated over these values; the error names the place.</exception>
    public object? Evaluate(IReadOnlyDictionary<string, object?> variables) => Evaluate(Interpreter.ToMap(variables, variables.Count));

    /// <summary>The value over variables that are found by name, without a dictionary for each row.</summary>
    /// <exception cref="TemplateException">The expression cannot be evaluated over these values; the error names the place.</exception>
    public object? Evaluate(IValueSource variables) => Evaluate(_run.MapOf(variables));

    private object? Evaluate(ScriptMap variables)
    {
        _run.Start(_expression.Source, _limits, CancellationToken.None);
        try
        {
            return _expression.Root is { } root ? _run.ToHostValue(_run.Evaluate(root, variables)) : _run.Run(_expression.Template!, variables);
        }
        catch (RenderFault fault)
        {
            throw new TemplateException(_expression.Source.Message(0, Severity.Error, fault.Code, fault.Message));
        }
    }
}
