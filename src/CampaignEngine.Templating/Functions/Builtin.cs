using System.Globalization;
using CampaignEngine.Templating.Evaluation;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Functions;

/// <summary>The arguments of a built-in function, already turned into what its signature asks for.</summary>
internal readonly struct Arguments(Interpreter run, ScriptList values, Expr caller)
{
    public Interpreter Run { get; } = run;

    public Expr Caller { get; } = caller;

    public int Count => values.Count;

    public ScriptList All => values;

    public object? this[int index] => values[index];

    /// <summary>A text; null counts as empty.</summary>
    public string Text(int index) => values[index] as string ?? string.Empty;

    public string? TextOrNull(int index) => values[index] as string;

    /// <summary>A text that cannot be null.</summary>
    /// <param name="place">The argument where the fault stands; -1 for the call.</param>
    public string Required(int index, int place = -1) =>
        TextOrNull(index) ?? throw new RenderFault("a text is needed here, this is null; give a default with ??", argument: place);

    public int Int(int index) => values[index] is int number ? number : 0;

    public double Double(int index) => values[index] is double number ? number : 0;

    public bool Bool(int index) => values[index] is true;

    /// <summary>A list; null counts as empty.</summary>
    public ScriptList List(int index) => values[index] as ScriptList ?? new ScriptList();

    public CultureInfo Culture(int index)
    {
        if (values[index] is not string name || name.Length == 0)
        {
            return Run.Culture;
        }

        return CultureName.Find(name) ?? throw new RenderFault($"there is no culture `{name}`; a name looks like en-US");
    }

    public Function Function(int index) => values[index] as Function
        ?? throw new RenderFault("a function is needed here; write @ before its name", argument: index);
}

internal delegate object? BuiltinBody(Arguments arguments);

/// <summary>A built-in function; its signature is one line of text that also feeds the checker.</summary>
internal sealed class Builtin : Function
{
    private readonly FunctionParameter[] _parameters;
    private readonly BuiltinBody _body;

    /// <param name="signature">For example <c>text:text length:int=1 -> text</c>; <c>?</c> after a type makes it optional and null, a last <c>...</c> takes the rest.</param>
    public Builtin(string name, string signature, BuiltinBody body)
    {
        Name = name;
        _body = body;
        var halves = signature.Split("->", StringSplitOptions.TrimEntries);
        Returns = KindOf(halves[1]);
        _parameters = [.. halves[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ParseParameter)];
        Rest = halves[0].EndsWith("...", StringComparison.Ordinal) ? (halves[0].EndsWith("*...", StringComparison.Ordinal) ? RestKind.Direct : RestKind.Last) : RestKind.None;
        Required = _parameters.Count(p => !p.HasDefault) - (Rest == RestKind.Last ? 1 : 0);
    }

    public override string Name { get; }

    public override IReadOnlyList<FunctionParameter> Parameters => _parameters;

    public override RestKind Rest { get; }

    public override int Required { get; }

    public ArgumentKind Returns { get; }

    public override object? Invoke(Interpreter run, Expr caller, ScriptList arguments, Block? wrapped) => _body(new Arguments(run, arguments, caller));

    private static FunctionParameter ParseParameter(string text)
    {
        text = text.Replace("*...", string.Empty, StringComparison.Ordinal).Replace("...", string.Empty, StringComparison.Ordinal);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = text[..colon];
        var type = text[(colon + 1)..];
        var equal = type.IndexOf('=', StringComparison.Ordinal);
        if (equal >= 0)
        {
            var value = type[(equal + 1)..];
            object number = value is "true" or "false" ? value == "true" : int.Parse(value, CultureInfo.InvariantCulture);
            return new FunctionParameter(name, KindOf(type[..equal]), true, number);
        }

        // A nullable host type lets null pass instead of turning into zero.
        return type.EndsWith('?')
            ? new FunctionParameter(name, KindOf(type[..^1]), true, null, typeof(object))
            : new FunctionParameter(name, KindOf(type));
    }

    private static ArgumentKind KindOf(string type) => type switch
    {
        "any" => ArgumentKind.Any,
        "text" => ArgumentKind.Text,
        "int" => ArgumentKind.Integer,
        "long" => ArgumentKind.Long,
        "double" => ArgumentKind.Double,
        "number" => ArgumentKind.Number,
        "bool" => ArgumentKind.Boolean,
        "list" => ArgumentKind.List,
        "date" => ArgumentKind.Date,
        "span" => ArgumentKind.Span,
        "fn" => ArgumentKind.Function,
        "object" => ArgumentKind.Object,
        _ => throw new ArgumentException(type),
    };
}
