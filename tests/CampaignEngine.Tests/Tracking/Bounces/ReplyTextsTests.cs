using CampaignEngine.Mail.Reports;
using CampaignEngine.Testing;
using CampaignEngine.Tracking.Bounces;

namespace CampaignEngine.Tests.Tracking.Bounces;

/// <summary>What servers say, one line each, in reply-texts.txt.</summary>
public sealed class ReplyTextsTests
{
    [Fact]
    public void EveryTextIsOfTheClassThatItsLineNames()
    {
        var lines = File.ReadLines(Repository.PathOf("tests/CampaignEngine.Tests/Tracking/Bounces/reply-texts.txt"))
            .Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split('|', 3, StringSplitOptions.TrimEntries)).ToList();

        Assert.True(lines.Count > 150);
        Assert.Equal(lines.Select(l => $"{l[0]}: {l[2]}"), lines.Select(l => $"{ClassOf(l[1], l[2])}: {l[2]}"));
    }

    [Fact]
    public void ADeliveryIsOneWhateverTheTextSays() =>
        Assert.Equal("delivered", BounceRules.BuiltIn.Classify(new BounceEvidence { Action = "delivered", Text = "250 2.0.0 user unknown" }).Name);

    [Fact]
    public void OperatorsGoBeforeTheShippedRules()
    {
        var rules = BounceRules.BuiltIn.With([("mailbox full", "blocked"), ("mailbox full", "userunknown"), ("no such class", "gone")]);
        Assert.Equal("blocked", rules.Classify(new BounceEvidence { Text = "552 5.2.2 Mailbox  FULL" }).Name);
    }

    [Fact]
    public void WhatNoRuleKnowsWaitsForAPerson() => Assert.Equal("undefined", BounceRules.BuiltIn.Classify(new BounceEvidence { Text = "zork" }).Name);

    [Fact]
    public void EveryClassAndEveryRuleOfTheFileIsWellFormed()
    {
        Assert.All(BounceRules.BuiltIn.Classes, c => Assert.NotEmpty(c.Meaning));
        Assert.Equal(["userunknown", "hostunknown", "hasmoved", "notaccept"], BounceRules.BuiltIn.Classes.Where(c => c.IsHard).Select(c => c.Name));
        Assert.DoesNotContain("feedback", BounceRules.BuiltIn.Decidable.Keys);
    }

    private static string ClassOf(string command, string text)
    {
        var reply = StatusCode.FindReply(text);
        return BounceRules.BuiltIn.Classify(new BounceEvidence
        {
            Text = text, Command = command.Length == 0 ? null : command, ReplyCode = reply?.Code, Status = reply?.Status ?? StatusCode.Find(text),
        }).Name;
    }
}
