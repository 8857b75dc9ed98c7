using System.Net;
using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Channels.Sms;
using CampaignEngine.Channels.Sms.Gateways;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Tests.Channels.Sms;

/// <summary>Gateways as engine.yaml describes them, and messages for them.</summary>
internal static class Gateways
{
    /// <summary>A gateway with JSON and an idempotency key at a port of this machine.</summary>
    public static string Local(EndPoint endPoint, string more = "") => $$$"""
        http:
          url: http://{{{endPoint}}}/send
          json: '{"to": "{{ to }}", "from": "{{ from }}", "text": "{{ text }}", "reference": "{{ key }}"}'
          message_id: { path: id }
          reason: { path: message }
          {{{more}}}
        """;

    public static GatewaySettings Read(string route)
    {
        var problems = new ProblemList();
        var settings = Load(route, problems);
        Assert.Empty(problems.Items);
        return settings!.Gateways["sms"];
    }

    public static EngineSettings? Load(string route, ProblemList problems) =>
        EngineLoader.Load("engine.yaml", Encoding.UTF8.GetBytes("routes:\n  sms:\n    " + route.Trim().ReplaceLineEndings("\n    ") + "\n"), null, problems);

    /// <summary>One lane of the channel.</summary>
    public static SmsChannel Channel(string route) => new(new Dictionary<string, GatewaySettings> { ["sms"] = Read(route) }, "sms", Path.GetTempPath(), TimeProvider.System);

    public static OutgoingMessage Message(string text = "Hello", string to = "+886912345678", string key = "k1")
    {
        var message = new OutgoingMessage { Route = "sms", Sender = "Shop", Recipient = to, EnvelopeId = key };
        Encoding.UTF8.GetBytes(text, message.Content);
        return message;
    }

    /// <summary>The request as it goes out, head and body.</summary>
    public static (string Head, string Body) Request(string route, string text, string to = "+886912345678", string from = "Shop", string key = "k1", string encoding = "gsm7")
    {
        var settings = Read(route);
        Environment.SetEnvironmentVariable("CAMPAIGN_TEST_SMS_PASSWORD", "se&cret\"");
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        Assert.Null(new GatewayRequest(new CompiledGateway(settings, settings.User, settings.Password?.Resolve("/")))
            .Write(new GatewayMessage(to, from, text, key, encoding, 1, "https://shop.test/sms/r/receipt/k1"), output));
        var parts = Encoding.UTF8.GetString(output.WrittenSpan).Split("\r\n\r\n", 2);
        return (parts[0], parts[1]);
    }
}
