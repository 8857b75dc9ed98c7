using System.Text.RegularExpressions;
using CampaignEngine.Templating.Parsing;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Evaluation;

/// <summary>What the built-in functions ask of a running rendering.</summary>
internal sealed partial class Interpreter
{
    private readonly Dictionary<string, int> _cycles = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, RegexOptions), Regex> _patterns = [];

    public int NextInCycle(string group)
    {
        var index = _cycles.GetValueOrDefault(group);
        _cycles[group] = index + 1;
        return index;
    }

    public Regex Pattern(string pattern, RegexOptions options)
    {
        if (!_patterns.TryGetValue((pattern, options), out var regex))
        {
            if (pattern.Length > 2000)
            {
                throw new RenderFault("a regular expression cannot be longer than 2,000 characters", Faults.Regex, 1);
            }

            regex = new Regex(pattern, options, _limits.RegexTimeout);
            if (_patterns.Count < 100)
            {
                _patterns[(pattern, options)] = regex;
            }
        }

        return regex;
    }

    /// <summary>Evaluates a text as an expression (<c>object.eval</c>).</summary>
    public object? EvalText(string text)
    {
        var source = new SourceText(text, "eval");
        var messages = new List<TemplateMessage>();
        var expression = Parser.ParseSingle(source, _options, messages, orNothing: true);
        if (messages.Count > 0)
        {
            throw new RenderFault($"the text is not an expression: {messages[0]}", argument: 0);
        }

        if (expression is null)
        {
            return null;
        }

        var outer = Source;
        Source = source;
        try
        {
            Step(expression, 1 + (text.Length / 16));
            return Eval(expression);
        }
        finally
        {
            Source = outer;
        }
    }

    /// <summary>Renders a text as a template (<c>object.eval_template</c>).</summary>
    public object? EvalTemplate(string text)
    {
        var template = Template.Parse(text, "eval", _options);
        if (template.HasErrors)
        {
            throw new RenderFault($"the text is not a template: {template.Messages[0]}", argument: 0);
        }

        Step(template.Body, 1 + (text.Length / 16));
        _outputs.Push(new TextOutput());
        string result;
        try
        {
            RunPage(template);
        }
        finally
        {
            result = _outputs.Pop().ToString();
        }

        return Html ? new HtmlText(result) : result;
    }
}
