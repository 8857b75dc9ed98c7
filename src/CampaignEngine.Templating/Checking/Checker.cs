using CampaignEngine.Templating.Evaluation;
using CampaignEngine.Templating.Functions;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Checking;

/// <summary>Walks a template with what is known of its data and writes down what cannot be right.</summary>
internal sealed partial class Checker
{
    private readonly CheckOptions _options;
    private readonly Func<string, string?>? _include;
    private readonly Dictionary<string, Template?> _templates = new(StringComparer.Ordinal);
    private readonly HashSet<string> _assigned = new(StringComparer.Ordinal);
    private readonly Stack<string> _including = new();
    private readonly Stack<Shape> _withs = new();
    private CheckScope _scope = new();
    private CheckScope _locals = new();
    private SourceText _source = new(string.Empty, null);
    private bool _silent;
    private bool _opaqueWith;

    // Of the function or include that is being walked; null when nothing is known of them.
    private IReadOnlyList<Inferred>? _arguments;

    public Checker(Shape shape, CheckOptions options, Func<string, string?>? include)
    {
        (_options, _include) = (options, include);
        foreach (var name in Builtins.Table.Names)
        {
            _scope.Set(name, OfBuiltin(Builtins.Table.Get(name)));
        }

        foreach (var (name, value) in options.Environment.Variables)
        {
            _scope.Set(name, Inferred.OfValue(value) with { Nullable = false });
        }

        foreach (var (name, function) in options.Environment.Functions)
        {
            _scope.Set(name, new Inferred(InferredKind.Function, Function: function));
        }

        foreach (var member in shape.Members)
        {
            _scope.Set(member.Name, Inferred.Of(member));
        }
    }

    public List<TemplateMessage> Messages { get; } = [];

    public void Run(Template template)
    {
        CollectAssigned(template.Body);
        WithSource(template.Source, () => Check(template.Body));
        CheckUncalled();
    }

    private static Inferred OfBuiltin(object? value) => value switch
    {
        Function function => new Inferred(InferredKind.Function, Function: function),
        EmptyValue => Inferred.Any,
        ScriptMap group => new Inferred(InferredKind.Group, Group: group),
        _ => Inferred.Any,
    };

    private void WithSource(SourceText source, Action check)
    {
        var outer = _source;
        _source = source;
        check();
        _source = outer;
    }

    private void Error(int place, string code, string text) => Add(place, Severity.Error, code, text);

    private void Warn(int place, string code, string text) => Add(place, Severity.Warning, code, text);

    private void Add(int place, Severity severity, string code, string text)
    {
        if (!_silent && Messages.Count < 1000)
        {
            Messages.Add(_source.Message(place, severity, code, text));
        }
    }

    private string Show(Node node) => "`" + _source.Text[node.Start..Math.Min(node.End, node.Start + 60)] + "`";

    /// <summary>Names that are assigned somewhere are not unknown elsewhere: they may be null there.</summary>
    private void CollectAssigned(Block block)
    {
        foreach (var statement in Statements(block))
        {
            switch (statement)
            {
                case ExpressionStatement { Expression: AssignExpr { Target: VariableExpr variable } }:
                    _assigned.Add(variable.Name);
                    break;
                case CaptureStatement { Target: VariableExpr variable }:
                    _assigned.Add(variable.Name);
                    break;
                case FunctionStatement function:
                    _assigned.Add(function.Name.Name);
                    break;
            }
        }
    }

    private static IEnumerable<Statement> Statements(Block? block)
    {
        foreach (var statement in block?.Statements ?? [])
        {
            yield return statement;
            IEnumerable<Block?> inner = statement switch
            {
                IfStatement s => [s.Then, s.Else],
                CaseStatement s => [.. s.Whens.Select(w => w.Body), s.Else],
                ForStatement s => [s.Body, s.Else],
                WhileStatement s => [s.Body],
                CaptureStatement s => [s.Body],
                WithStatement s => [s.Body],
                WrapStatement s => [s.Body],
                FunctionStatement s => [s.Function.Body],
                _ => [],
            };
            foreach (var child in inner.SelectMany(Statements))
            {
                yield return child;
            }
        }
    }
}
