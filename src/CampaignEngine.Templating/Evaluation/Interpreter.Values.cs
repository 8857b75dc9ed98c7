using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using CampaignEngine.Templating.Functions;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Evaluation;

/// <summary>
/// Conversions. Values of the language are: null, bool, int, long, BigInteger, float, double, decimal, string, DateTime (in the
/// zone of the rendering), TimeSpan, ScriptList, RangeValue, ScriptMap, HtmlText and functions. Anything else a host
/// gives becomes one of them or its text; no object is looked into.
/// </summary>
internal sealed partial class Interpreter
{
    public static bool Truthy(object? value) => value is not (null or false or EmptyValue);

    /// <summary>Turns a value of the host into a value of the language.</summary>
    public object? Normal(object? value)
    {
        switch (value)
        {
            case null or string or bool or int or long or double or decimal or float or BigInteger or DateTime or TimeSpan
                or ScriptMap or ScriptList or RangeValue or HtmlText or char or Function or WrappedBlock:
                return value;
            case DateTimeOffset time:
                return TimeZoneInfo.ConvertTime(time, Zone).DateTime;
            case DateOnly date:
                return date.ToDateTime(TimeOnly.MinValue);
            case TimeOnly time:
                return time.ToTimeSpan();
            case byte or sbyte or short or ushort or uint or ulong:
                return Integers.Fit(new BigInteger(System.Convert.ToDecimal(value, CultureInfo.InvariantCulture)));
            case Int128 big:
                return Integers.Fit(big);
            case Half half:
                return (float)half;
            case Guid or Uri or Enum:
                return value.ToString();
            case Delegate function:
                return new HostFunction(function.Method.Name, function);
            case IReadOnlyDictionary<string, object?> members:
                return ToMap(members, members.Count);
            case IDictionary<string, object?> members:
                return ToMap(members, members.Count);
            case IValueSource source:
                return MapOf(source);
            case IDictionary dictionary:
                var map = new ScriptMap { Renames = true };
                foreach (DictionaryEntry entry in dictionary)
                {
                    map.Force(System.Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? string.Empty, entry.Value);
                }

                return map;
            case IEnumerable items:
                var list = new ScriptList();
                foreach (var item in items)
                {
                    list.Add(Normal(item));
                    if (list.Count > _limits.RangeSize)
                    {
                        throw new RenderFault($"a list of the data has more than {_limits.RangeSize:N0} elements", Faults.ListLength);
                    }
                }

                return list;
            case IFormattable formattable:
                return formattable.ToString(null, Culture);
            default:
                throw new RenderFault($"values of the type {value.GetType().Name} cannot be used in a template; give text, numbers, dates, lists or dictionaries");
        }
    }

    public static ScriptMap ToMap(IEnumerable<KeyValuePair<string, object?>> members, int count)
    {
        _ = count;
        var map = new ScriptMap { Renames = true };
        foreach (var (name, value) in members)
        {
            map.Force(name, value is Delegate function ? new HostFunction(name, function) : value);
        }

        return map;
    }

    private SourceMap? _lastSource;

    /// <summary>The object of a value source; the same one again for the source of the row before.</summary>
    public ScriptMap MapOf(IValueSource source)
    {
        if (_lastSource?.Source == source && _lastSource.Count == 0)
        {
            return _lastSource;
        }

        return _lastSource = new SourceMap(source);
    }

    private sealed class SourceMap(IValueSource source) : ScriptMap
    {
        public IValueSource Source => source;

        public override bool TryGet(string name, out object? value) => base.TryGet(name, out value) || source.TryGetValue(name, out value);
    }

    /// <summary>A value as a function of the host gets it where it takes an object.</summary>
    public object? ToHostValue(object? value) => value switch
    {
        HtmlText html => html.Html,
        char character => character.ToString(),
        ScriptList list => list.Select(ToHostValue).ToList(),
        RangeValue range => ToList(range, null).Select(ToHostValue).ToList(),
        ScriptMap map => map.Names.ToDictionary(n => n, n => ToHostValue(Normal(map.Get(n))), StringComparer.Ordinal),
        _ => value,
    };

    /// <summary>The text that printing a value gives; null for null.</summary>
    public string? ToText(object? value, Node? node = null)
    {
        if (value is string text)
        {
            return text;
        }

        return value is null or EmptyValue ? null : value is ScriptMap or ScriptList or RangeValue ? Structure(value, node) : Scalar(value);
    }

    /// <summary>The text of a value inside <c>$"{ }"</c>: truth values and dates as .NET writes them, texts of an object without quotes.</summary>
    public string? ToInterpolated(object? value, Node? node = null, int depth = 0)
    {
        switch (value)
        {
            case bool flag:
                return flag ? "True" : "False";
            case DateTime date:
                return date.ToString(Culture);
            case ScriptMap map and not EmptyValue:
                var text = new StringBuilder("{");
                foreach (var name in map.Names)
                {
                    text.Append(text.Length > 1 ? ", " : string.Empty).Append(name).Append(": ");
                    text.Append(depth < 50 ? ToInterpolated(Normal(map.Get(name)), node, depth + 1) : throw TooDeep());
                    CheckText(text.Length, node);
                }

                return text.Append('}').ToString();
            default:
                return ToText(value, node);
        }
    }

    private static bool IsPlainName(string name) =>
        name.Length > 0 && (char.IsLetter(name[0]) || name[0] == '_') && name.All(c => char.IsLetterOrDigit(c) || c == '_');

    private string? Scalar(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        DateTime date => Dates.Format(date, DefaultDateFormat, Culture, Zone),
        HtmlText html => html.Html,
        IFormattable number => number.ToString(null, Culture),
        TemplateFunction own => own.ToString(),
        Function => "<function>",
        WrappedBlock => string.Empty,
        _ => value.ToString(),
    };

    public string DefaultDateFormat => _dateSettings?.Get("format") as string ?? Dates.DefaultFormat;

    private ScriptMap? _dateSettings;

    /// <summary>The members <c>date.format</c> and its like, which a template may set for its own rendering.</summary>
    public ScriptMap DateSettings => _dateSettings ??= NewDateSettings();

    private static ScriptMap NewDateSettings()
    {
        var settings = new ScriptMap();
        foreach (var function in DateFunctions.All)
        {
            if (function.Name == "date.to_string")
            {
                settings.Set("default_format", Dates.DefaultFormat, readOnly: true);
                settings.Set("format", Dates.DefaultFormat);
            }

            settings.Set(function.Name["date.".Length..], function, readOnly: true);
        }

        return settings;
    }

    private string Structure(object value, Node? node)
    {
        var text = new StringBuilder();
        AppendNested(value, text, node);
        return text.ToString();
    }

    private static RenderFault TooDeep() => new("the structure is nested too deeply to print; does it contain itself?");

    private void AppendNested(object? value, StringBuilder text, Node? node)
    {
        if (++_textDepth > 50)
        {
            _textDepth = 0;
            throw TooDeep();
        }

        switch (value)
        {
            case null or EmptyValue:
                text.Append("null");
                break;
            case string plain:
                text.Append('"').Append(TextFunctions.Escape(plain)).Append('"');
                break;
            case ScriptMap map:
                text.Append('{');
                var first = true;
                foreach (var name in map.Names)
                {
                    text.Append(first ? string.Empty : ", ").Append(IsPlainName(name) ? name : $"\"{TextFunctions.Escape(name)}\"").Append(": ");
                    first = false;
                    AppendNested(Normal(map.Get(name)), text, node);
                }

                text.Append('}');
                break;
            case ScriptList or RangeValue:
                text.Append('[');
                var any = false;
                foreach (var item in (IEnumerable<object?>)value)
                {
                    text.Append(any ? ", " : string.Empty);
                    any = true;
                    AppendNested(Normal(item), text, node);
                }

                text.Append(']');
                break;
            default:
                text.Append(Scalar(value));
                break;
        }

        if (text.Length > _limits.StringLength)
        {
            _textDepth = 0;
            throw new RenderFault($"a text cannot be longer than {_limits.StringLength:N0} characters", Faults.TextLength);
        }

        _textDepth--;
    }

    public static string TypeName(object? value) => value switch
    {
        null => "null",
        bool => "boolean",
        string or HtmlText or char => "string",
        int or long or BigInteger or float or double or decimal => "number",
        DateTime => "date",
        TimeSpan => "timespan",
        ScriptList => "array",
        RangeValue => "iterator",
        Function => "function",
        _ => "object",
    };

    public object? IsEmpty(object? value) => value switch
    {
        null => null,
        ScriptList list => list.Count == 0,
        RangeValue range => range.Count == 0,
        string text => text.Length == 0,
        HtmlText html => html.Html.Length == 0,
        ScriptMap map => map.Count == 0,
        _ => false,
    };

    /// <summary>The elements of anything that can be looped over; null for what cannot.</summary>
    public IEnumerable<object?>? Items(object? value, Node? node) => value switch
    {
        ScriptList list => list.ToArray(),
        RangeValue range => ToList(range, node),
        string text => text.Select(c => (object?)c),
        ScriptMap map => map.Names.ToArray().Select(name => Pair(name, Normal(map.Get(name)))),
        _ => null,
    };

    private static ScriptMap Pair(string name, object? value)
    {
        var pair = new ScriptMap();
        pair.Force("key", name);
        pair.Force("value", value);
        return pair;
    }

    public ScriptList ToList(RangeValue range, Node? node)
    {
        CheckRange(range, node);
        return new ScriptList(range);
    }

    public void CheckRange(RangeValue range, Node? node)
    {
        if (range.Count > _limits.RangeSize)
        {
            var text = $"a range cannot have more than {_limits.RangeSize:N0} elements; this one has {range.Count:N0}";
            throw node is null ? new RenderFault(text, Faults.ListLength) : Fault(node is BinaryExpr binary ? binary.OperatorStart : node.Start, text, Faults.ListLength);
        }
    }

    public void CheckText(long length, Node? node)
    {
        if (length > _limits.StringLength)
        {
            var text = $"a text cannot be longer than {_limits.StringLength:N0} characters";
            throw node is null ? new RenderFault(text, Faults.TextLength) : Fault(node, text, Faults.TextLength);
        }
    }

    private void CheckSize(object? value, Node node)
    {
        if (value is string text)
        {
            CheckText(text.Length, node);
        }
        else if (value is ScriptList list && list.Count > _limits.RangeSize)
        {
            throw Fault(node, $"a list cannot hold more than {_limits.RangeSize:N0} elements", Faults.ListLength);
        }
    }

    public int ToInt(object? value, Node node)
    {
        try
        {
            return ToInt(value);
        }
        catch (RenderFault fault)
        {
            throw Fault(node, fault.Message);
        }
    }

    public int ToInt(object? value)
    {
        try
        {
            return value switch
            {
                null => 0,
                int number => number,
                BigInteger big => (int)big,
                _ => System.Convert.ToInt32(value, Culture),
            };
        }
        catch (Exception failure) when (failure is FormatException or InvalidCastException or OverflowException)
        {
            throw new RenderFault($"{Quoted(value)} is not an integer");
        }
    }

    private string Quoted(object? value)
    {
        var text = ToText(value) ?? "null";
        return $"`{(text.Length > 40 ? text[..40] + "..." : text)}` ({TypeName(value)})";
    }

    /// <summary>Turns an argument into what the parameter of a function asks for.</summary>
    private object? Convert(Function function, int index, object? value, Node node, Node caller)
    {
        if (index >= function.Parameters.Count && function is Builtin { Rest: RestKind.None })
        {
            throw Fault(caller, $"{function.Name} takes {function.Parameters.Count} argument{(function.Parameters.Count == 1 ? string.Empty : "s")} and got more: {Signature(function)}");
        }

        var parameter = function.Parameter(index);
        if (parameter is null || parameter.Kind == ArgumentKind.Any)
        {
            return value;
        }

        try
        {
            return To(parameter.Kind, value, parameter.HostType);
        }
        catch (Exception failure) when (failure is FormatException or InvalidCastException or OverflowException)
        {
            throw Fault(node, $"{Quoted(value)} cannot be used as the {parameter.Kind.ToString().ToLowerInvariant()} `{parameter.Name}` of {function.Name}");
        }
        catch (RenderFault fault)
        {
            throw Fault(node, $"{fault.Message}, which `{parameter.Name}` of {function.Name} needs", fault.Code);
        }
    }

    private object? To(ArgumentKind kind, object? value, Type? hostType)
    {
        if (value is null)
        {
            var nullable = hostType is not null && (!hostType.IsValueType || Nullable.GetUnderlyingType(hostType) is not null);
            return nullable ? null : kind switch
            {
                ArgumentKind.Integer => 0,
                ArgumentKind.Long => 0L,
                ArgumentKind.Double => 0.0,
                ArgumentKind.Decimal => 0m,
                ArgumentKind.Boolean => false,
                _ => null,
            };
        }

        return kind switch
        {
            ArgumentKind.Text => ToText(value),
            ArgumentKind.Integer => ToInt(value),
            ArgumentKind.Long => value is BigInteger big ? (long)big : System.Convert.ToInt64(value, Culture),
            ArgumentKind.Double or ArgumentKind.Number when hostType is null && value is string => throw new InvalidCastException(),
            ArgumentKind.Double => value is BigInteger big ? (double)big : System.Convert.ToDouble(value, Culture),
            ArgumentKind.Decimal => value is BigInteger big ? (decimal)big : System.Convert.ToDecimal(value, Culture),
            ArgumentKind.Number => Operators.IsNumber(value) ? value : value is bool flag ? (flag ? 1 : 0) : System.Convert.ToDouble(value, Culture),
            ArgumentKind.Boolean => Truthy(value),
            ArgumentKind.List => value switch
            {
                ScriptList list => list,
                EmptyValue => throw new RenderFault("`empty` is not a list"),
                RangeValue range => ToList(range, null),
                _ when Items(value, null) is { } items => new ScriptList(items),
                _ => throw new RenderFault($"{Quoted(value)} is not a list"),
            },
            ArgumentKind.Date => value switch
            {
                DateTime date => date,
                string text when hostType is not null => Dates.Parse(text, null, Culture, Zone) ?? throw new RenderFault($"{Quoted(value)} is not a date"),
                _ => throw new RenderFault($"{Quoted(value)} is not a date"),
            },
            ArgumentKind.Object => value as ScriptMap ?? throw new RenderFault($"{Quoted(value)} is not an object"),
            ArgumentKind.Span => value as TimeSpan? ?? throw new RenderFault($"{Quoted(value)} is not a timespan"),
            _ => value,
        };
    }
}
