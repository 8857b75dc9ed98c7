using System.Buffers;
using System.Numerics;
using System.Text;
using System.Text.Json;
using CampaignEngine.Templating.Evaluation;

namespace CampaignEngine.Templating.Functions;

internal static class ObjectFunctions
{
    private static readonly JsonWriterOptions s_json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Default };

    public static readonly IReadOnlyList<Builtin> All =
    [
        new("object.default", "value:any default:any -> any", a => a[0] is null or "" || a[0] is HtmlText { Html.Length: 0 } ? a[1] : a[0]),
        new("object.eval", "value:any -> any", a => a[0] is string text ? a.Run.EvalText(text) : a[0] is Function f ? a.Run.Call(f, a.Caller) : a[0]),
        new("object.eval_template", "value:any -> any", a => a[0] is string text ? a.Run.EvalTemplate(text) : a[0] is Function f ? a.Run.Call(f, a.Caller) : a[0]),
        new("object.format", "value:any format:text culture:text? -> text", Format),
        new("object.has_key", "value:object key:text -> bool", a => a[0] is ScriptMap map && a[1] is string key && map.Contains(key)),
        new("object.has_value", "value:object key:text -> bool", a => a[0] is ScriptMap map && a[1] is string key && map.Get(key) is not null),
        new("object.keys", "value:any -> list", a => new ScriptList(a[0] is ScriptMap map ? map.Names : HasSize(a[0]) ? ["size"] : [])),
        new("object.size", "value:any -> int", a => Size(a[0])),
        new("object.typeof", "value:any -> text", a => TypeOf(a[0])),
        new("object.kind", "value:any -> text", a => Kind(a[0])),
        new("object.values", "value:any -> list", a => new ScriptList(a[0] is ScriptMap map ? map.Names.Select(n => a.Run.Normal(map.Get(n))) : HasSize(a[0]) ? [Size(a[0])] : [])),
        new("object.from_json", "json:text -> any", FromJson),
        new("object.to_json", "value:any -> text", ToJson),
    ];

    private static string? Format(Arguments a) => a[0] switch
    {
        null => string.Empty,
        DateTime or TimeSpan or int or long or float or double or decimal or BigInteger => Formats.Apply((IFormattable)a[0]!, a.TextOrNull(1), a.Culture(2), a.Run),
        ScriptMap when a.Culture(2) is not null => a.Run.ToInterpolated(a[0]),
        _ => throw new RenderFault($"object.format needs a number or a date, not a {Interpreter.TypeName(a[0])}"),
    };

    /// <summary>Texts and lists have one member.</summary>
    private static bool HasSize(object? value) => value is string or HtmlText or ScriptList or RangeValue;

    private static int Size(object? value) => value switch
    {
        string text => text.Length,
        HtmlText html => html.Html.Length,
        ScriptList list => list.Count,
        RangeValue range => (int)Math.Min(int.MaxValue, range.Count),
        ScriptMap map => map.Count,
        _ => 0,
    };

    private static string? TypeOf(object? value) => value switch
    {
        null => null,
        ScriptList { IsIterator: true } => "iterator",
        _ when Interpreter.TypeName(value) is "date" or "timespan" or "function" => "object",
        _ => Interpreter.TypeName(value),
    };

    private static string? Kind(object? value) => value switch
    {
        null => null,
        bool => "bool",
        int => "int",
        long => "long",
        BigInteger => "bigint",
        float => "float",
        double => "double",
        decimal => "decimal",
        ScriptList { IsIterator: true } or RangeValue => "range",
        DateTime => "DateTime",
        TimeSpan => "TimeSpan",
        _ => Interpreter.TypeName(value),
    };

    private static object? FromJson(Arguments a)
    {
        if (a.TextOrNull(0) is not { } json)
        {
            throw new RenderFault("there is no JSON: it is null; give a default with ??", argument: 0);
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return FromJson(document.RootElement, a);
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            // Half a surrogate pair is an ArgumentException here.
            throw new RenderFault($"this is not JSON: {failure.Message}");
        }
    }

    private static object? FromJson(JsonElement element, Arguments a)
    {
        a.Run.Step(a.Caller);
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                return element.GetString();
            case JsonValueKind.Number:
                return element.TryGetInt64(out var number) ? Integers.Fit(number) : element.TryGetDecimal(out var exact) ? exact : element.GetDouble();
            case JsonValueKind.True or JsonValueKind.False:
                return element.GetBoolean();
            case JsonValueKind.Array:
                return new ScriptList(element.EnumerateArray().Select(e => FromJson(e, a)));
            case JsonValueKind.Object:
                var map = new ScriptMap();
                foreach (var member in element.EnumerateObject())
                {
                    map.Force(member.Name, FromJson(member.Value, a));
                }

                return map;
            default:
                return null;
        }
    }

    private static string ToJson(Arguments a)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, s_json))
        {
            Write(writer, a[0], a, 0);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, object? value, Arguments a, int depth)
    {
        a.Run.Step(a.Caller);
        if (depth > 50)
        {
            throw new RenderFault("the structure is nested too deeply for JSON; does it contain itself?");
        }

        a.Run.CheckText(writer.BytesCommitted + writer.BytesPending, null);
        switch (value)
        {
            case null or EmptyValue: writer.WriteNullValue(); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case int number: writer.WriteNumberValue(number); break;
            case long number: writer.WriteNumberValue(number); break;
            case float number when float.IsFinite(number): writer.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): writer.WriteNumberValue(number); break;
            case decimal number: writer.WriteNumberValue(number); break;
            case BigInteger number: writer.WriteRawValue(number.ToString(System.Globalization.CultureInfo.InvariantCulture)); break;
            case DateTime date: writer.WriteStringValue(date); break;
            case ScriptMap map:
                writer.WriteStartObject();
                foreach (var name in map.Names)
                {
                    writer.WritePropertyName(name);
                    Write(writer, a.Run.Normal(map.Get(name)), a, depth + 1);
                }

                writer.WriteEndObject();
                break;
            case ScriptList or RangeValue:
                writer.WriteStartArray();
                foreach (var item in (IEnumerable<object?>)value)
                {
                    Write(writer, a.Run.Normal(item), a, depth + 1);
                }

                writer.WriteEndArray();
                break;
            case Function:
                writer.WriteNullValue();
                break;
            default:
                writer.WriteStringValue(a.Run.ToText(value));
                break;
        }
    }
}
