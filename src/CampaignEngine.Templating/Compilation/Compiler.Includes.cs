using System.Text;
using CampaignEngine.Templating.Html;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Compilation;

/// <summary>Included templates: parsed once, and compiled where they are included, because the kinds of their arguments differ from place to place.</summary>
internal sealed partial class Compiler
{
    private const int DeepestInclude = 20;

    // Templates that include each other twice double with every level.
    private const int MostIncludes = 1000;
    private const int MostIncludedText = 4 * 1024 * 1024;

    private readonly Dictionary<string, Template?> _included = new(StringComparer.Ordinal);
    private readonly Stack<string> _including = new();
    private int _includes;
    private long _includedText;
    private int _pages;

    private CallExpr? IncludeOf(Expr expression) =>
        expression is CallExpr { Target: VariableExpr { Name: "include", IsLocal: false }, Arguments: [LiteralExpr { Value: string }, ..] } call && !IsTaken("include") ? call : null;

    private IncludeEmit CompileInclude(CallExpr call, ExpressionStatement statement, string indent)
    {
        var name = (string)((LiteralExpr)call.Arguments[0]).Value!;
        if (_including.Contains(name) || _including.Count >= DeepestInclude || ++_includes > MostIncludes)
        {
            throw Not($"include {name}: it includes itself, or there are too many");
        }

        // What is no HTML is printed as a value, escaped as a whole.
        if (_html && (name.EndsWith(".sbn-txt", StringComparison.OrdinalIgnoreCase) || statement.Context != HtmlContext.Text))
        {
            throw Not("an include inside a tag, or of plain text");
        }

        var template = Included(name);
        _includedText += template.Source.Text.Length;
        if (_includedText > MostIncludedText)
        {
            throw Not($"include {name}: there is too much text");
        }

        CollectAssigned(template.Body, template.Source);
        var values = new List<(string Name, ValueNode Value)> { ("0", new TextConstant(name)) };
        var positions = 1;
        foreach (var argument in call.Arguments.Skip(1))
        {
            var (parameter, value) = argument switch
            {
                NamedArgument { Name: not "template_name", Value: { } given } named when !values.Exists(v => v.Name == named.Name) => (named.Name, given),
                NamedArgument => throw Not("arguments of include that do not fit"),
                _ => ($"{positions++}", argument),
            };
            values.Add((parameter, Value(value)));
        }

        // Local variables, local loop names and arguments belong to one page.
        var outer = _localPrefix;
        _localPrefix = NewPage();
        var arguments = values.ConvertAll(v => Bind(v.Name, v.Value)).OfType<Emit>().ToArray();
        _including.Push(name);
        var nesting = _nesting;
        _nesting = 0;
        var body = CompileTemplate(template);
        var locals = LocalSlots();
        var depth = _including.Count;
        _including.Pop();
        _nesting = nesting;
        _localPrefix = outer;
        return new IncludeEmit(body, arguments, locals, depth, Encoding.UTF8.GetBytes(indent));
    }

    private Template Included(string name)
    {
        if (!_included.TryGetValue(name, out var template))
        {
            template = environment.Include?.Invoke(name) is { } text ? Template.Parse(text, name, _options) : null;
            _included[name] = template;
        }

        return template is { HasErrors: false } ? template : throw Not($"include {name}: there is no such template, or it has errors");
    }

    private string NewPage() => $"${++_pages}$";

    /// <summary>The variables of the page: each of its runs begins without them.</summary>
    private int[] LocalSlots() => [.. _variableSlots.Where(v => v.Key.StartsWith(_localPrefix, StringComparison.Ordinal)).Select(v => v.Value)];

    /// <summary>Gives an argument its name in the included template; the result makes its value once for each run, or is null where it never changes.</summary>
    private Emit? Bind(string parameter, ValueNode value)
    {
        var name = _localPrefix + parameter;
        switch (value)
        {
            case TextConstant or NumberConstant or BooleanConstant or NullNode:
                _variables[name] = value;
                return null;
            case TextNode or NumberNode or BooleanNode or DateNode:
                return new AssignEmit(Declare(name, value), value);
            case ListNode or ObjectNode or RowNode when IsFixed(value):
                // Rows do not change while a message is rendered: only a way that ends at a null has to be found here.
                _variables[name] = value;
                return new TouchEmit(value);
            default:
                throw Not("an argument of include that is computed");
        }
    }

    /// <summary><c>$1</c>, and <c>$[1]</c>; null where something else is indexed.</summary>
    private ValueNode? Argument(IndexExpr expression)
    {
        if (expression is not { Target: VariableExpr { IsLocal: true, Name: "" }, Index: LiteralExpr { Value: int index } })
        {
            return null;
        }

        if (!_variables.ContainsKey(_localPrefix + "0"))
        {
            throw Not("arguments outside an include");
        }

        return index >= 0 && _variables.TryGetValue(_localPrefix + index, out var value) ? value : index >= 0 ? new NullNode() : throw Not("an index");
    }
}
