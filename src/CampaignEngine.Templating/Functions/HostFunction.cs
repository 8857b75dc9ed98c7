using System.Globalization;
using System.Reflection;
using CampaignEngine.Templating.Evaluation;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Functions;

/// <summary>A delegate of the host. Only the delegate's own parameter list is read; no other object is looked into.</summary>
internal sealed class HostFunction : Function
{
    private readonly FunctionParameter[] _parameters;

    // For each parameter of the delegate: the place of the template's argument, or one of the two below.
    private readonly int[] _sources;
    private const int ReaderCulture = -1;
    private const int ReaderZone = -2;

    public HostFunction(string name, Delegate function, Utf8Function? utf8 = null)
    {
        Utf8 = utf8;
        Name = name;
        Delegate = function;
        var parameters = function.Method.GetParameters();
        if (function.Method.IsStatic && function.Target is not null && parameters.Length > 0)
        {
            parameters = parameters[1..];
        }

        var taken = 0;
        _sources = [.. parameters.Select(p => p.ParameterType == typeof(CultureInfo) ? ReaderCulture : p.ParameterType == typeof(TimeZoneInfo) ? ReaderZone : taken++)];
        parameters = [.. parameters.Where((_, i) => _sources[i] >= 0)];
        var rest = parameters.Length > 0 && parameters[^1].IsDefined(typeof(ParamArrayAttribute));
        _parameters = [.. parameters.Select(p => rest && p == parameters[^1]
            ? new FunctionParameter(StandardName.Of(p.Name ?? string.Empty), KindOf(p.ParameterType.GetElementType()!), HostType: p.ParameterType.GetElementType())
            : new FunctionParameter(p.Name ?? string.Empty, KindOf(p.ParameterType), p.HasDefaultValue, p.HasDefaultValue ? p.DefaultValue : null, p.ParameterType))];
        Rest = rest ? RestKind.Last : RestKind.None;
        Required = _parameters.Count(p => !p.HasDefault) - (rest ? 1 : 0);
    }

    public Delegate Delegate { get; }

    /// <summary>The form for the fast path, or null.</summary>
    public Utf8Function? Utf8 { get; }

    public override string Name { get; }

    public override IReadOnlyList<FunctionParameter> Parameters => _parameters;

    public override RestKind Rest { get; }

    public override int Required { get; }

    public Type Returns => Delegate.Method.ReturnType;

    public override object? Invoke(Interpreter run, Expr caller, ScriptList arguments, Block? wrapped)
    {
        var values = new object?[_sources.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = _sources[i] switch
            {
                ReaderCulture => run.Language ?? run.Culture,
                ReaderZone => run.Zone,
                var at when Rest == RestKind.Last && at == _parameters.Length - 1 => RestArray(run, (ScriptList?)arguments[at], _parameters[at].HostType!),
                var at => ToHost(run, arguments[at], _parameters[at].HostType!, at),
            };
        }

        try
        {
            return Delegate.DynamicInvoke(values);
        }
        catch (TargetInvocationException failure) when (failure.InnerException is not null)
        {
            throw failure.InnerException is OperationCanceledException or TemplateException
                ? failure.InnerException
                : new RenderFault($"the function {Name} failed: {failure.InnerException.Message}");
        }
        catch (ArgumentException failure)
        {
            throw new RenderFault($"the function {Name} cannot take these arguments: {failure.Message}");
        }
    }

    private static Array RestArray(Interpreter run, ScriptList? rest, Type element)
    {
        var array = Array.CreateInstance(element, rest?.Count ?? 0);
        for (var i = 0; i < array.Length; i++)
        {
            array.SetValue(ToHost(run, rest![i], element, i), i);
        }

        return array;
    }

    private static ArgumentKind KindOf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) ? ArgumentKind.Text
            : type == typeof(int) || type == typeof(short) || type == typeof(byte) ? ArgumentKind.Integer
            : type == typeof(long) ? ArgumentKind.Long
            : type == typeof(double) || type == typeof(float) ? ArgumentKind.Double
            : type == typeof(decimal) ? ArgumentKind.Decimal
            : type == typeof(bool) ? ArgumentKind.Boolean
            : type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(DateOnly) ? ArgumentKind.Date
            : type == typeof(TimeSpan) ? ArgumentKind.Span
            : ArgumentKind.Any;
    }

    private static object? ToHost(Interpreter run, object? value, Type type, int index)
    {
        var nullable = Nullable.GetUnderlyingType(type);
        var plain = nullable ?? type;
        if (value is null)
        {
            return nullable is not null || !plain.IsValueType ? null : Activator.CreateInstance(plain);
        }

        if (plain == typeof(object))
        {
            return run.ToHostValue(value);
        }

        if (plain.IsInstanceOfType(value))
        {
            return value;
        }

        try
        {
            return value switch
            {
                DateTime date when plain == typeof(DateTimeOffset) => run.ToOffset(date),
                DateTime date when plain == typeof(DateOnly) => DateOnly.FromDateTime(date),
                HtmlText html when plain == typeof(string) => html.Html,
                _ when run.ToHostValue(value) is { } host && plain.IsInstanceOfType(host) => host,
                IConvertible => Convert.ChangeType(value, plain, run.Culture),
                _ => throw new RenderFault($"argument {index + 1} cannot be a {Interpreter.TypeName(value)}", argument: index),
            };
        }
        catch (Exception failure) when (failure is FormatException or InvalidCastException or OverflowException)
        {
            throw new RenderFault($"argument {index + 1} ({Interpreter.TypeName(value)}) cannot be used as {plain.Name}", argument: index);
        }
    }
}
