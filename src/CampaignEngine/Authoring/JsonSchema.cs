using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CampaignEngine.Authoring;

/// <summary>Writes a shape as JSON Schema (draft 7, which every editor's YAML support reads).</summary>
public static class JsonSchema
{
    public static string Of(Shape shape, string title)
    {
        using var stream = new MemoryStream();
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(stream, options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://json-schema.org/draft-07/schema#");
            json.WriteString("title", title);
            Write(json, shape, null);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter json, Shape shape, string? @default)
    {
        json.WriteString("description", @default is null ? shape.Description : $"{shape.Description} Default: {@default}.");
        switch (shape)
        {
            case ScalarShape { Kind: var kind }:
                Scalar(json, kind);
                break;
            case ChoiceShape choice:
                json.WriteStartArray("enum");
                foreach (var word in choice.Allowed)
                {
                    json.WriteStringValue(word);
                }

                json.WriteEndArray();
                break;
            case ListShape { OrSingle: true } list:
                AnyOf(json, list.Item, list with { OrSingle = false });
                break;
            case ListShape list:
                json.WriteString("type", "array");
                if (list.AtLeast > 0)
                {
                    json.WriteNumber("minItems", list.AtLeast);
                }

                Object(json, "items", list.Item, null);
                break;
            case MapShape map:
                Map(json, map);
                break;
            case NamedShape named:
                json.WriteString("type", "object");
                json.WriteStartObject("propertyNames");
                Scalar(json, named.Name);
                json.WriteEndObject();
                Object(json, "additionalProperties", named.Value, null);
                break;
            case EitherShape either:
                AnyOf(json, either.Short, either.Long);
                break;
        }
    }

    private static void Scalar(Utf8JsonWriter json, ScalarKind kind)
    {
        if (kind.JsonType == "string" && kind.Pattern is null)
        {
            // Plain YAML such as 2026 or true is a number or a boolean to an editor, and a text to the engine.
            json.WriteStartArray("type");
            json.WriteStringValue("string");
            json.WriteStringValue("number");
            json.WriteStringValue("boolean");
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("type", kind.JsonType);
        }

        if (kind.Pattern is { } pattern)
        {
            json.WriteString("pattern", pattern);
        }

        json.WriteStartArray("examples");
        if (kind.JsonType == "string")
        {
            json.WriteStringValue(kind.Example);
        }
        else
        {
            json.WriteRawValue(kind.Example);
        }

        json.WriteEndArray();
    }

    private static void Map(Utf8JsonWriter json, MapShape map)
    {
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", false);
        json.WriteStartObject("properties");
        foreach (var key in map.Keys)
        {
            // A key without a value counts as not written, so that a value can be commented out.
            Object(json, key.Name, key.Shape, key.Default);
        }

        json.WriteEndObject();
        if (Array.Exists(map.Keys, k => k.Required))
        {
            json.WriteStartArray("required");
            foreach (var key in map.Keys.Where(k => k.Required))
            {
                json.WriteStringValue(key.Name);
            }

            json.WriteEndArray();
        }
    }

    private static void AnyOf(Utf8JsonWriter json, Shape first, Shape second)
    {
        json.WriteStartArray("anyOf");
        foreach (var shape in new[] { first, second })
        {
            json.WriteStartObject();
            Write(json, shape, null);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Object(Utf8JsonWriter json, string name, Shape shape, string? @default)
    {
        json.WriteStartObject(name);
        Write(json, shape, @default);
        json.WriteEndObject();
    }
}
