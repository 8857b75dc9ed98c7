using System.Text.Json;
using CampaignEngine.Testing;

namespace CampaignEngine.Cli.Tests.Commands;

public sealed class BouncesCommandsTests(CommandWorkspace shop) : IClassFixture<CommandWorkspace>
{
    private const string Mbox = """
        From MAILER-DAEMON Thu Apr 29 23:34:45 2027
        From: MAILER-DAEMON@relay.test
        Subject: failure notice
        Message-ID: <1@relay.test>

        <ann@shop.test>:
        192.0.2.1 does not like recipient.
        Remote host said: 550 5.1.1 no such user

        From ben@b.test Thu Apr 29 23:34:46 2027
        From: ben@b.test
        Subject: Out of office
        Message-ID: <2@b.test>

        I am away.

        From MAILER-DAEMON Thu Apr 29 23:34:47 2027
        From: MAILER-DAEMON@relay.test
        Subject: failure notice
        Message-ID: <3@relay.test>

        <cy@shop.test>:
        Remote host said: 559 the zork of cy@shop.test is sleeping

        """;

    [Fact]
    public async Task StoredMailIsReadRecordedReviewedAndDecided()
    {
        using var folder = new TempDirectory("mail");
        var path = folder.Write("bounces.mbox", Mbox);

        var dry = await shop.RunAsync("ingest", path, "--dry-run", "--output", "csv");
        Assert.Equal((0, "3 mails, 3 recipients, 0 suppressed; dry run: nothing was recorded\n"), (dry.ExitCode, dry.Errors));
        Assert.Equal(
            "file,index,recipient,class,reason,group,hard,status,reply_code,action,feedback_type,outcome,text\n"
            + "bounces.mbox,1,ann@shop.test,userunknown,userunknown,hard,yes,5.1.1,550,,,,550 5.1.1 no such user\n"
            + "bounces.mbox,2,ben@b.test,vacation,vacation,vacation,no,,,,,,I am away.\n"
            + "bounces.mbox,3,cy@shop.test,undefined,undefined,unknown,no,,559,,,,559 the zork of cy@shop.test is sleeping\n", dry.Output);

        Assert.Equal(["unproven", "unproven", "unproven"], Outcomes(await shop.RunAsync("ingest", path, "--output", "json")));
        Assert.Equal(["known", "known", "known"], Outcomes(await shop.RunAsync("ingest", folder.FullName, "--output", "json")));

        var review = await shop.RunAsync("bounces", "review", "--output", "json");
        using (var unknown = JsonDocument.Parse(review.Output))
        {
            Assert.Equal("559 the zork of ... is sleeping", Assert.Single(unknown.RootElement.EnumerateArray()).GetProperty("text").GetString());
        }

        var wrong = await shop.RunAsync("bounces", "decide", "zork is sleeping", "--class", "suspended", "--because", "x");
        Assert.Equal(2, wrong.ExitCode);
        Assert.StartsWith("--class 'suspended' is not known; did you mean 'suspend'?", wrong.Errors, StringComparison.Ordinal);
        Assert.Equal(2, (await shop.RunAsync("bounces", "decide", "* a *", "--class", "suspend", "--because", "x")).ExitCode);

        var decided = await shop.RunAsync("bounces", "decide", "zork * sleeping", "--class", "suspend", "--because", "asked", "--output", "csv");
        Assert.Equal("phrase,class,group,reports,suppressed\nzork * sleeping,suspend,soft,1,0\n", decided.Output);
        Assert.Equal("[]\n", (await shop.RunAsync("bounces", "review", "--output", "json")).Output);
        Assert.Contains("zork * sleeping", (await shop.RunAsync("bounces", "rules", "--output", "csv")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsNotThereIsSaid()
    {
        var missing = await shop.RunAsync("ingest", "/no/such/mail");
        Assert.Equal((2, "/no/such/mail does not exist\n"), (missing.ExitCode, missing.Errors));
    }

    [Fact]
    public async Task DeliverabilityIsShownByProvider()
    {
        var report = await shop.RunAsync("report", "deliverability", "spring-tea", "--output", "csv");
        Assert.Equal("shop.test,3,2,0,1,0,0,0,0,0,0,0", report.Output.Split('\n')[1][.."shop.test,3,2,0,1,0,0,0,0,0,0,0".Length]);
        Assert.Equal(1, (await shop.RunAsync("report", "deliverability", "never-sent")).ExitCode);
    }

    private static List<string?> Outcomes(CampaignResult result)
    {
        using var rows = JsonDocument.Parse(result.Output);
        return [.. rows.RootElement.EnumerateArray().Select(r => r.GetProperty("outcome").GetString())];
    }
}
