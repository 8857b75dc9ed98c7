using System.Globalization;
using System.Text;
using System.Text.Json;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Testing;

namespace CampaignEngine.Cli.Tests.Commands;

/// <summary>What a rehearsal and an inbox that sends mail back say, to people and to scripts.</summary>
public sealed class RehearsalCommandsTests : IClassFixture<CommandWorkspace>
{
    private const string Campaign = """
        campaign: hello
        audience: { where: 'country = "TW"' }
        drops:
          - { drop: one, channel: email, template: email/hello, subject: Hello, schedule: now, unit_cost: 0.5 USD }
          - { drop: letter, channel: print, template: print/hello, schedule: now, unit_cost: 1 USD }
        """;

    private readonly CommandWorkspace _shop;

    public RehearsalCommandsTests(CommandWorkspace shop)
    {
        _shop = shop;
        Write("campaigns/hello.yaml", Campaign);
        Write("templates/email/hello.sbn-html", "<p>Hello {{ customer.first_name }}, <a href=\"{{ unsubscribe_url }}\">stop</a></p>");
        Write("templates/print/hello.sbn-txt", "Hello {{ customer.first_name }}");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ARehearsalTellsWhatBecameOfEachDropHowLongItTakesForRealAndWhatWasLeftOut()
    {
        Assert.Contains("there is no plan of 'hello' with a list; make one with 'campaign plan hello'", (await _shop.RunAsync("rehearse", "hello")).Errors, StringComparison.Ordinal);
        var plan = await _shop.RunAsync("plan", "hello", "--output", "json");
        Assert.True(plan.ExitCode == 0, plan.Errors);
        Write("engine.yaml", File.ReadAllText(Path.Combine(_shop.Folder, "engine.yaml")) + "\nlimits: { routes: { inbox: 1 per hour } }\n");

        var shown = await _shop.RunAsync("rehearse", "hello", "--faults", "550@bo@shop.test=100%");
        Assert.True(shown.ExitCode == 0, shown.Errors);
        Assert.Matches(
            $"""
            ^hello, plan {JsonDocument.Parse(plan.Output).RootElement.GetProperty("hash").GetString()}: rehearsed, nothing left this machine
              one \(email\): 2 people in \d+\.\d s, [\d,]+ a second, 0\.0 MB, cost 1\.00 USD
                1 accepted, 1 rejected
                for real at least 1 h 0 min because of the limit of route inbox, 1 per hour, 2 messages
                from (\S+ \S+) \+08, done by (\S+ \S+) \+08 at the earliest
                the first that was not accepted: 5\.1\.1 scripted
              letter: not rehearsed, its channel has no double
            $
            """,
            shown.Output);
        Assert.All(shown.Output.Split('\n'), line => Assert.True(line.Length <= 100, line));

        var rows = JsonDocument.Parse((await _shop.RunAsync("rehearse", "hello", "--output", "json")).Output).RootElement;
        Assert.Equal(("one", 2, 3600), (rows.GetProperty("drops")[0].GetProperty("drop").GetString(), rows.GetProperty("drops")[0].GetProperty("accepted").GetInt32(), Math.Round(rows.GetProperty("drops")[0].GetProperty("at_least").GetDouble())));
    }

    [Fact]
    public async Task AnInboxSendsMailBackAndSaysWhatItSent()
    {
        using var folder = new TempDirectory("back");
        using (var inbox = _shop.Start("inbox", "--listen", "127.0.0.1:0", "--store", folder["store"], "--faults", "bounce=100%", "--returns", folder["out"]))
        {
            var line = await inbox.ReadErrorsUntilAsync("receiving on", Cancel);
            Assert.Equal(SmtpVerdictKind.Accepted, await SendAsync(int.Parse(line.Split(',')[0].Split(':')[^1], CultureInfo.InvariantCulture)));
            await Signal.SendAsync(inbox.Id, "TERM", Cancel);
            var end = await inbox.FinishAsync(Cancel);
            Assert.Equal((0, "1 message stored, 1 report sent back\n"), (end.ExitCode, end.Errors));
        }

        var report = Path.GetFileName(Assert.Single(Directory.GetFiles(folder["out"])));
        Assert.Matches($@"^Subject: Hello\nSent-Back: \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC bounce 5\.1\.1: taken \({report}\)\n\nGood morning\n", (await _shop.RunAsync("inbox", "show", "1", "--store", folder["store"])).Output);
        var read = await _shop.RunAsync("ingest", folder["out"], "--dry-run", "--output", "json");
        var row = Assert.Single(JsonDocument.Parse(read.Output).RootElement.EnumerateArray());
        Assert.Equal(("bo@y.test", "userunknown"), (row.GetProperty("recipient").GetString(), row.GetProperty("class").GetString()));
    }

    [Theory]
    [InlineData("--faults bounce=1%", "--faults: say where bounces and complaints go: --returns 127.0.0.1:2424 (bounces: listen of engine.yaml) or --returns DIR")]
    [InlineData("--returns 127.0.0.1:2424", "--returns: no fault sends anything back; write --faults bounce=2%,complaint=0.1%")]
    [InlineData("--faults full=1% --returns 192.0.2.1:25", "--returns: 192.0.2.1:25 is not this machine; bounces and complaints of a rehearsal stay here")]
    [InlineData("--faults bounce=1s --returns out", "--faults: 'bounce=1s' is no fault; write ")]
    public async Task AnInboxThatCannotDoWhatItIsToldDoesNotStart(string options, string fault)
    {
        var result = await _shop.RunAsync(["inbox", "--listen", "127.0.0.1:0", .. options.Split(' ')]);

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.StartsWith(fault, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARehearsalHasNobodyToSendMailBackTo()
    {
        var result = await _shop.RunAsync("rehearse", "hello", "--faults", "bounce=1%");

        Assert.Equal((2, "--faults: a rehearsal records nothing, so nothing can come back; bounces and complaints are for 'campaign inbox --returns'\n"), (result.ExitCode, result.Errors));
    }

    private static async Task<SmtpVerdictKind> SendAsync(int port)
    {
        Assert.True(EmailAddress.TryParse("a@x.test", out var sender, out _) & EmailAddress.TryParse("bo@y.test", out var recipient, out _));
        await using var connection = await SmtpConnection.ConnectAsync(new SmtpRoute { Host = "127.0.0.1", Port = port, Tls = SmtpTls.Off }, TimeProvider.System, Cancel);
        var verdict = await connection.SendAsync(new SmtpEnvelope(sender, recipient), Encoding.ASCII.GetBytes("Subject: Hello\r\n\r\nGood morning\r\n"), static () => true, Cancel);
        return verdict.Kind;
    }

    private void Write(string file, string text)
    {
        var path = Path.Combine(_shop.Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
