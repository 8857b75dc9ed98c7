using System.Text;
using System.Text.Json;
using CampaignEngine.Authoring;

namespace CampaignEngine.Tests.Channels.Sms;

public sealed class GatewayRequestTests
{
    private const string Account = "\nuser: AC 1\npassword: { env: CAMPAIGN_TEST_SMS_PASSWORD }";
    private const string Hostile = "a\"}&To=+1\\\r\nX-Evil: 1\r\n\r\n€ 茶 😜 %0d%0a #?/..";

    [Fact]
    public void TwilioGetsAFormWithBasicAuthorization()
    {
        var (head, body) = Gateways.Request("http: { preset: twilio }" + Account, "1 & 1 = 2");

        Assert.StartsWith("POST /2010-04-01/Accounts/AC%201/Messages.json HTTP/1.1\r\nHost: api.twilio.com\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nAuthorization: Basic " + Convert.ToBase64String("AC 1:se&cret\""u8) + "\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/x-www-form-urlencoded\r\n", head, StringComparison.Ordinal);
        Assert.EndsWith($"\r\nContent-Length: {body.Length}", head, StringComparison.Ordinal);
        Assert.Equal("To=%2B886912345678&From=Shop&Body=1%20%26%201%20%3D%202&StatusCallback=https%3A%2F%2Fshop.test%2Fsms%2Fr%2Freceipt%2Fk1", body);
    }

    [Fact]
    public void VonageGetsDigitsAndTheKindOfText()
    {
        var (_, body) = Gateways.Request("http: { preset: vonage }" + Account, "茶", encoding: "ucs2");

        Assert.Equal("api_key=AC%201&api_secret=se%26cret%22&to=886912345678&from=Shop&text=%E8%8C%B6&type=unicode&client-ref=k1&callback=https%3A%2F%2Fshop.test%2Fsms%2Fr%2Freceipt%2Fk1", body);
    }

    [Fact]
    public void MessageBirdGetsJson()
    {
        var (head, body) = Gateways.Request("http: { preset: messagebird }" + Account, Hostile);

        Assert.Contains("\r\nAuthorization: AccessKey se&cret\"\r\n", head, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(body);
        Assert.Equal(Hostile, json.RootElement.GetProperty("body").GetString());
        Assert.Equal(["886912345678"], json.RootElement.GetProperty("recipients").EnumerateArray().Select(e => e.GetString()));
    }

    [Fact]
    public void KannelGetsAQuery()
    {
        var (head, body) = Gateways.Request("http: { preset: kannel, url: 'http://127.0.0.1:13013/cgi-bin/sendsms' }" + Account, "a b");

        Assert.StartsWith(
            "GET /cgi-bin/sendsms?username=AC%201&password=se%26cret%22&to=%2B886912345678&from=Shop&text=a%20b&charset=UTF-8&coding=0&dlr-mask=19&dlr-url=https%3A%2F%2Fshop.test%2Fsms%2Fr%2Freceipt%2Fk1%3Fstatus%3D%25d%26answer%3D%25A HTTP/1.1\r\nHost: 127.0.0.1:13013\r\n",
            head, StringComparison.Ordinal);
        Assert.Equal("", body);
    }

    [Theory]
    [InlineData("http: { preset: twilio }")]
    [InlineData("http: { preset: vonage }")]
    [InlineData("http: { preset: messagebird }")]
    [InlineData("http: { preset: kannel, url: 'http://127.0.0.1/sendsms' }")]
    [InlineData("http: { url: 'https://x.test/{{ to }}/{{ text }}/{{ from }}', method: PUT, headers: { X-Text: '{{ text }}', X-From: '{{ from }}' }, form: { t: '{{ text }}' }, idempotency: Idempotency-Key }")]
    public void ValuesNeitherAddAHeaderNorLeaveTheirPlace(string route)
    {
        // Everything that a person or a customer database can bring in is hostile at once.
        var (head, body) = Gateways.Request(route + Account, Hostile, to: "+1\r\nEvil: 2", from: "S\r\n\r\nGET /", key: "k\r\nEvil: 3");

        var lines = head.Split("\r\n");
        Assert.DoesNotContain(lines, l => l.StartsWith("X-Evil", StringComparison.OrdinalIgnoreCase) || l.StartsWith("Evil", StringComparison.OrdinalIgnoreCase));
        Assert.Matches(@"^(GET|POST|PUT) /[^\s]* HTTP/1\.1$", lines[0]);
        Assert.Single(lines, l => l.StartsWith("Host: ", StringComparison.Ordinal));
        Assert.Equal(head.Count(c => c == '\n'), head.Count(c => c == '\r'));
        var length = lines.SingleOrDefault(l => l.StartsWith("Content-Length: ", StringComparison.Ordinal));
        Assert.Equal(length is null ? 0 : int.Parse(length[16..], System.Globalization.CultureInfo.InvariantCulture), Encoding.UTF8.GetByteCount(body));
    }

    [Theory]
    [InlineData("http: { form: { t: x } }", "(3,11): error CE1161: the gateway 'sms' has no 'url'; write its address, for example 'url: https://sms.example.test/send'")]
    [InlineData("http: { url: 'https://{{ to }}.test/x' }", "(3,19): error CE1105: 'url': 'https://{{ to }}.test/x' is no address of a gateway; write http or https, a host without code in it, and a path, such as 'https://sms.example.test/send'")]
    [InlineData("http: { url: 'https://good.test{{ to }}/x' }", "(3,19): error CE1105: 'url': 'https://good.test{{ to }}/x' is no address of a gateway; write http or https, a host without code in it, and a path, such as 'https://sms.example.test/send'")]
    [InlineData("http: { url: 'https://u:p@good.test/x' }", "(3,19): error CE1105: 'url': 'https://u:p@good.test/x' is no address of a gateway; write http or https, a host without code in it, and a path, such as 'https://sms.example.test/send'")]
    [InlineData("http: { url: 'https://good.test/x?to=1' }", "(3,19): error CE1105: 'url': 'https://good.test/x?to=1' has parameters; write them under 'query', where each is encoded by itself")]
    [InlineData("http: { url: 'https://good.test/x', headers: { Host: evil.test } }", "(3,52): error CE1105: 'headers': the header 'Host' is written by the engine; remove it")]
    [InlineData("http: { url: 'https://good.test/x', form: { t: '{{ txt }}' } }", "(3,56): error CE1160: in a template of the gateway: unknown name `txt`; did you mean `text`?")]
    [InlineData("http: { url: 'https://good.test/x', json: '{\"t\": {{ text }}}' }", "(3,47): error CE1165: 'json' does not become JSON: 'a' is an invalid start of a value. LineNumber: 0 | BytePositionInLine: 6. Put values in quotes, as in \"text\": \"{{ text }}\"")]
    [InlineData("http: { url: 'https://good.test/x', json: '{}', form: { t: x } }", "(3,47): error CE1162: the body is both 'form' and 'json'; keep one of them")]
    [InlineData("http: { url: 'https://good.test/x', method: GET, form: { t: x } }", "(3,49): error CE1162: a GET request has no body; write the values under 'query', or use POST")]
    [InlineData("http: { url: 'https://good.test/x', auth: bearer }", "(3,47): error CE1163: 'auth: bearer' needs a 'password' of the route; write for example 'password: { env: SMS_PASSWORD }'")]
    [InlineData("http: { url: 'https://good.test/x', replies: [{ is: accepted, path: a, text: b }] }", "(3,51): error CE1166: write exactly one of 'path' (into the reply's JSON) and 'text' (a regular expression)")]
    [InlineData("http: { url: 'https://good.test/x', replies: [{ is: accepted, text: '(a)\\1' }] }", "(3,74): error CE1105: 'text': '(a)\\1' is no regular expression that can be used here: ")]
    [InlineData("http: { url: 'https://good.test/x' }\nprices: { TW: 1 USD, DE: 1 EUR }", "(4,30): error CE1167: this price is in EUR and the first in USD; write all prices of a route in one currency")]
    [InlineData("http: { url: 'http://good.test/x' }\nuser: u\npassword: { env: X }", "(3,18): warning CE1164: the password of 'sms' would cross the network readable; use https")]
    [InlineData("tls: off", "(3,5): error CE1168: the route 'sms' needs exactly one of 'smtp' (a relay for e-mail) and 'http' (a gateway for SMS)")]
    public void FaultsOfAGatewayHaveTheirPlaceAndFix(string route, string expected)
    {
        var problems = new ProblemList();
        Gateways.Load(route, problems);

        Assert.StartsWith("engine.yaml" + expected, Assert.Single(problems.Items).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void SendersHaveSmsIdsByCountry()
    {
        var problems = new ProblemList();
        var settings = EngineLoader.Load("engine.yaml", """
            routes: { gate: { http: { url: https://x.test/s, form: { t: "{{ text }}" } } } }
            senders: { shop: { sms: { route: gate, id: HillLeaf, ids: { US: "+15005550006", CA: "+16475550006" } } } }
            """u8, null, problems)!;

        Assert.Empty(problems.Items);
        Assert.Null(settings.Sender(null));
        var sender = settings.SmsSender(null)!;
        Assert.Equal(("HillLeaf", "+15005550006", "+16475550006"), (sender.IdFor("+886912345678"), sender.IdFor("+12125550100"), sender.IdFor("+14165550100")));
    }

    [Theory]
    [InlineData("senders: { s: { reply_to: a@b.test } }", "engine.yaml(1,15): error CE1169: the sender 's' has neither 'from' (for e-mail) nor 'sms'; write at least one")]
    [InlineData("senders: { s: { from: a@b.test } }", "engine.yaml(1,15): error CE1169: the sender 's' has no 'route' for its e-mails; write for example 'route: relay'")]
    [InlineData("senders: { s: { sms: { route: r, id: Shop } } }\nroutes: { r: { smtp: 'a:25' } }", "engine.yaml(1,31): error CE1134: the SMS of the sender 's' take the route 'r', which is no route with 'http'")]
    [InlineData("senders: { s: { sms: { route: r, id: 'Much too long a name' } } }\nroutes: { r: { http: { url: 'https://a.test/x' } } }",
        "engine.yaml(1,39): error CE1105: 'id': 'Much too long a name' is no sender id; write a number of 3 to 15 digits or up to 11 letters, digits and spaces")]
    public void FaultsOfSendersHaveTheirPlaceAndFix(string yaml, string expected)
    {
        var problems = new ProblemList();
        EngineLoader.Load("engine.yaml", Encoding.UTF8.GetBytes(yaml), null, problems);

        Assert.Equal(expected, Assert.Single(problems.Items).ToString());
    }
}
