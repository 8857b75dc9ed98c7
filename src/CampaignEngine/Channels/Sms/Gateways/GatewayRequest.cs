using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CampaignEngine.Templating;

namespace CampaignEngine.Channels.Sms.Gateways;

/// <summary>What a request says about one message.</summary>
/// <param name="To">E.164 with plus sign.</param>
/// <param name="Key">Names the message: the same on every attempt, another one for every person.</param>
/// <param name="ReceiptUrl">Where the gateway reports what became of it; null for nowhere.</param>
internal readonly record struct GatewayMessage(string To, string From, string Text, string Key, string Encoding, int Segments, string? ReceiptUrl);

/// <summary>
/// Writes the requests of one gateway, the templates compiled once. Values cannot leave their place: in the path they are percent-encoded, whole
/// parameters and form fields are encoded after rendering, in JSON they are escaped and the body is read back, in headers control characters become
/// spaces. Used by one lane; the compiled templates may be shared.
/// </summary>
internal sealed class GatewayRequest
{
    /// <summary>What the templates may name.</summary>
    public static Shape Shape { get; } = new("request",
    [
        new("to", ShapeType.Text), new("to_digits", ShapeType.Text), new("from", ShapeType.Text), new("text", ShapeType.Text), new("key", ShapeType.Text),
        new("encoding", ShapeType.Text), new("segments", ShapeType.Integer), new("receipt_url", ShapeType.Text, Nullable: true),
        new("user", ShapeType.Text, Nullable: true), new("password", ShapeType.Text, Nullable: true),
    ]);

    private static readonly SearchValues<byte> Unreserved = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"u8);

    private readonly CompiledGateway _gateway;
    private readonly Row _plain = new(Shape);
    private readonly Row _url = new(Shape);
    private readonly Row _json = new(Shape);
    private readonly ArrayBufferWriter<byte> _value = new(512);
    private readonly ArrayBufferWriter<byte> _body = new(1024);

    public GatewayRequest(CompiledGateway gateway) => _gateway = gateway;

    /// <summary>Writes head and body; null when done, else why there is no request for this message.</summary>
    public string? Write(in GatewayMessage message, ArrayBufferWriter<byte> output)
    {
        Fill(message);
        try
        {
            return WriteBody() ?? WriteHead(message, output);
        }
        catch (TemplateException fault)
        {
            return $"a template of the gateway cannot be rendered: {fault.Message}";
        }
    }

    /// <summary>Renders a message full of signs that mean something elsewhere; the fault of the JSON, null where there is none.</summary>
    public static string? SampleFault(GatewaySettings settings)
    {
        var request = new GatewayRequest(new CompiledGateway(settings, "us\"er", "pass\"word"));
        return request.Write(new GatewayMessage("+886912345678", "Shop", "a \"quoted\" \\ text,\nof two lines & more", "key", "gsm7", 1, "https://x.test/r"), new ArrayBufferWriter<byte>());
    }

    private void Fill(in GatewayMessage message)
    {
        Set("to", message.To);
        Set("to_digits", message.To.TrimStart('+'));
        Set("from", message.From);
        Set("text", message.Text);
        Set("key", message.Key);
        Set("encoding", message.Encoding);
        Set("receipt_url", message.ReceiptUrl);
        Set("user", _gateway.User);
        Set("password", _gateway.Password);
        var segments = Shape.Slot("segments");
        _plain.SetInteger(segments, message.Segments);
        _url.SetInteger(segments, message.Segments);
        _json.SetInteger(segments, message.Segments);
    }

    private void Set(string name, string? value)
    {
        var slot = Shape.Slot(name);
        _plain.SetText(slot, value);
        if (_gateway.PathHasCode)
        {
            _url.SetText(slot, value is null ? null : Uri.EscapeDataString(value));
        }

        if (_gateway.Json is not null)
        {
            _json.SetText(slot, value is null ? null : JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString());
        }
    }

    private string? WriteBody()
    {
        _body.ResetWrittenCount();
        if (_gateway.Json is { } json)
        {
            json.Render(_body, _json);
            return JsonFault(_body.WrittenSpan);
        }

        WriteFields(_gateway.Form, _body);
        return null;
    }

    private string? WriteHead(in GatewayMessage message, ArrayBufferWriter<byte> output)
    {
        output.Write(_gateway.Method);
        _gateway.Path.Render(output, _url);
        if (_gateway.Query.Length > 0)
        {
            output.Write("?"u8);
            WriteFields(_gateway.Query, output);
        }

        output.Write(_gateway.Head);
        foreach (var (name, template) in _gateway.Headers)
        {
            output.Write(name);
            WriteHeader(Render(template), output);
        }

        if (_gateway.IdempotencyHeader is { } header)
        {
            output.Write(header);
            WriteHeader(Encoding.UTF8.GetBytes(message.Key), output);
        }

        if (_gateway.HasBody)
        {
            output.Write("Content-Length: "u8);
            var digits = output.GetSpan(12);
            _body.WrittenCount.TryFormat(digits, out var written, provider: CultureInfo.InvariantCulture);
            output.Advance(written);
            output.Write("\r\n"u8);
        }

        output.Write("\r\n"u8);
        output.Write(_body.WrittenSpan);
        return null;
    }

    // A parameter without a value is left out: gateways tend to refuse empty ones.
    private void WriteFields((byte[] Name, CompiledTemplate Value)[] fields, ArrayBufferWriter<byte> output)
    {
        var first = true;
        foreach (var (name, template) in fields)
        {
            var value = Render(template);
            if (value.Length == 0)
            {
                continue;
            }

            output.Write(first ? [] : "&"u8);
            output.Write(name);
            output.Write("="u8);
            Encode(value, output);
            first = false;
        }
    }

    private ReadOnlySpan<byte> Render(CompiledTemplate template)
    {
        _value.ResetWrittenCount();
        template.Render(_value, _plain);
        return _value.WrittenSpan;
    }

    private static void WriteHeader(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        var to = output.GetSpan(value.Length + 2);
        for (var i = 0; i < value.Length; i++)
        {
            to[i] = value[i] is < 0x20 or 0x7F ? (byte)' ' : value[i];
        }

        "\r\n"u8.CopyTo(to[value.Length..]);
        output.Advance(value.Length + 2);
    }

    /// <summary>Percent-encodes everything but letters, digits and -._~.</summary>
    internal static void Encode(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        var to = output.GetSpan(value.Length * 3);
        var length = 0;
        foreach (var b in value)
        {
            if (Unreserved.Contains(b))
            {
                to[length++] = b;
                continue;
            }

            to[length++] = (byte)'%';
            to[length++] = (byte)"0123456789ABCDEF"[b >> 4];
            to[length++] = (byte)"0123456789ABCDEF"[b & 15];
        }

        output.Advance(length);
    }

    private static string? JsonFault(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            while (reader.Read())
            {
            }

            return null;
        }
        catch (JsonException fault)
        {
            return $"'json' does not become JSON: {fault.Message} Put values in quotes, as in \"text\": \"{{{{ text }}}}\"";
        }
    }
}
