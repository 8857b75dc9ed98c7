using CampaignEngine.Customers;
using CampaignEngine.Deduplication;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Reports;
using CampaignEngine.Testing;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Bounces;

namespace CampaignEngine.Tests.Tracking.Bounces;

/// <summary>266 published mails about mail, with what two other programs agree about each recipient.</summary>
public sealed class PublishedBouncesTests
{
    [Fact]
    public async Task HardAndReasonAgreeWithWhatIsPublishedAboutEachRecipient()
    {
        var rows = await RowsAsync();
        var expected = Expected();
        var hard = expected.Count(e => rows.TryGetValue((e.File, e.Index), out var row) && row.Hard == e.Hard);
        var reason = expected.Count(e => rows.TryGetValue((e.File, e.Index), out var row) && row.Reason == e.Reason);

        Assert.InRange(hard / (double)expected.Count, 0.98, 1);
        Assert.InRange(reason / (double)expected.Count, 0.97, 1);
    }

    [Fact]
    public async Task EveryRecipientIsFoundAndNoneIsMadeUp()
    {
        var rows = await RowsAsync();

        Assert.Equal(Expected().Select(e => (e.File, e.Index)).Order(), rows.Keys.Order());
    }

    [Fact]
    public async Task NothingThatIsNoBounceIsCalledOne()
    {
        var rows = await RowsAsync();
        var none = Expected().Where(e => e.Reason is "vacation" or "delivered" or "feedback").ToList();

        Assert.NotEmpty(none);
        Assert.All(none, e => Assert.Equal(e.Reason, rows[(e.File, e.Index)].Class));
    }

    [Fact]
    public void WhatServersSaidIsEnoughForMostOfIt()
    {
        var (rows, hard, reason) = (0, 0, 0);
        foreach (var fields in File.ReadLines(SharedData.Require("bounces/smtp-responses-labelled.csv")).Skip(1).Select(Fields))
        {
            // diagnostic_code, dsn_status, expected_status, expected_replycode, expected_reason, hardbounce, ...
            var (type, text) = ReportFields.Typed(fields[0]);
            var reply = StatusCode.FindReply(text);
            var found = BounceRules.BuiltIn.Classify(new BounceEvidence
            {
                Text = text, ReplyCode = reply?.Code, Status = reply?.Status ?? StatusCode.Find(text) ?? StatusCode.Find(fields[1]), IsLocalProgram = type == "x-unix", Action = "failed",
            });
            rows++;
            hard += found.IsHard == (fields[5] == "1") ? 1 : 0;
            reason += found.Name == fields[4] ? 1 : 0;
        }

        // Without the report around it nobody can tell a delay from a failure, nor which command was answered.
        Assert.Equal(120, rows);
        Assert.InRange(hard / 120.0, 0.97, 1);
        Assert.InRange(reason / 120.0, 0.93, 1);
        TestContext.Current.TestOutputHelper?.WriteLine($"hard {hard / 120.0:0.000}, reason {reason / 120.0:0.000}");
    }

    // A line of CSV whose fields hold no line ends.
    private static List<string> Fields(string line)
    {
        var (fields, field, quoted) = (new List<string>(), new System.Text.StringBuilder(), false);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append(line[i++]);
            }
            else if (line[i] == '"')
            {
                quoted = !quoted;
            }
            else if (line[i] == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(line[i]);
            }
        }

        return [.. fields, field.ToString()];
    }

    private static async Task<Dictionary<(string File, int Index), BounceRow>> RowsAsync()
    {
        var keys = new InstallationKeys(new byte[32]);
        var proof = new BounceProof(ItemTokens.Of(keys, [1]), new ReturnPaths(ItemTokens.Of(keys, [1]), "x.test"), MessageIds.Of(keys, ""));
        var files = new BounceFiles(new BounceIntake(BounceRules.BuiltIn, proof, new ContactPoints(new RecipientKeys(keys), AddressRules.Plain, null), TimeProvider.System), null);
        var rows = new Dictionary<(string, int), BounceRow>();
        await foreach (var (row, _) in files.ReadAsync(SharedData.Require("bounces/emails.tar.gz"), TestContext.Current.CancellationToken))
        {
            rows.Add((row.File[(row.File.LastIndexOf('/') + 1)..], row.Index), row);
        }

        return rows;
    }

    private static List<(string File, int Index, string Reason, bool Hard)> Expected() =>
        [.. File.ReadLines(SharedData.Require("bounces/expected.csv")).Skip(1).Select(l => l.Split(',')).Select(c => (c[0], int.Parse(c[1], System.Globalization.CultureInfo.InvariantCulture), c[4], c[5] == "1"))];
}
