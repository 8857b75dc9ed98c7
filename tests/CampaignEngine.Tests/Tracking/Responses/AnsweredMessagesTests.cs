using CampaignEngine.Customers.Import;
using CampaignEngine.Testing;
using CampaignEngine.Tracking;

namespace CampaignEngine.Tests.Tracking.Responses;

public sealed class AnsweredMessagesTests(TestDatabase database) : ImportedAnswers(database), IClassFixture<TestDatabase>
{
    [Fact]
    public async Task AnAnswerFindsItsMessageByTheFirstThatSaysWhoAndNeverThatOfASeed()
    {
        await Database.ExecuteAsync("INSERT INTO crm.customers (customer_no, email) SELECT 'C' || n, 'p' || n || '@mail.test' FROM generate_series(1, 5) n");
        var old = await SendAsync("old", "email", Sent.AddDays(-10), n => $"p{n}@mail.test");
        var recent = await SendAsync("recent", "email", Sent, n => $"p{n}@mail.test");
        var text = await SendAsync("text", "sms", Sent.AddDays(-5), n => $"+88691234567{n}");
        var seeded = await ArrangedMailing.FreezeAsync(Database.Source, [new("5", "seed@mail.test", Seed: true), new("9", "other@mail.test")], "seeded", dueAt: Sent.AddDays(1), cancellationToken: Stop);
        string Code(ArrangedMailing mailing, string person) => Keycodes.Of(mailing.MailingId, mailing.OrdinalOf(person));
        await WriteAsync("first.csv", $"""
            number,at,kind,keycode,customer,email,phone,result,value,coupon,campaign
            a,2026-03-12 10:00,call,,C1,p2@mail.test,,,,,
            b,2026-03-12 10:00,call,,,p2@mail.test,+886 912 345 673,,,,
            c,2026-03-12 10:00,call,,C1,,,,,,old
            d,2026-03-12 10:00,call,{Code(seeded, "5")},,,,,,,
            e,2026-03-12 10:00,call,,C5,,,,,,
            f,2026-03-12 10:00,call,{Code(recent, "2")},,,,,,,old
            g,2026-03-08 10:00,call,,C1,,,,,,
            h,2026-03-12 10:00,coupon,,,,,,,{Code(recent, "4")},
            """);
        Assert.Equal(["d", "f"], Numbers(await ImportAsync("first.csv")));
        Assert.Equal(
            $"a customer {recent.MailingId} 1|b email {recent.MailingId} 2|c customer {old.MailingId} 1|e customer {recent.MailingId} 5|g customer {text.MailingId} 1|h coupon {recent.MailingId} 4",
            await Database.ScalarAsync<string>(
                "SELECT string_agg(concat_ws(' ', split_part(response_no, '|', 2), tied_by, mailing_id, i.customer_key), '|' ORDER BY response_no) FROM engine.response JOIN engine.mailing_item i USING (mailing_id, ordinal)"));
        Assert.Equal("08 02:00,12 02:00", await Database.ScalarAsync<string>("SELECT string_agg(DISTINCT to_char(at AT TIME ZONE 'UTC', 'DD HH24:MI'), ',' ORDER BY to_char(at AT TIME ZONE 'UTC', 'DD HH24:MI')) FROM engine.event"));

        // A person's own coupon that another file redeemed before.
        await WriteAsync("second.csv", $"number,at,kind,keycode,customer,email,phone,result,value,coupon,campaign\ni,2026-03-14 10:00,coupon,,,,,,,{Code(recent, "4")},\n");
        Assert.Equal(["i"], Numbers(await ImportAsync("second.csv")));
    }

    private Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(Database.WorkspaceDirectory, name), text, Stop);

    private Task<ImportResult> ImportAsync(string name) => ImportAsync(Path.Combine(Database.WorkspaceDirectory, name), yaml => yaml.Replace("      kind: row.kind\n", "      kind: row.kind\n      campaign: row.campaign\n", StringComparison.Ordinal));

    private static IEnumerable<string> Numbers(ImportResult result) => File.ReadAllLines(result.RejectsFile!).Skip(1).Select(r => r.Split('"')[^2].Split(',')[0]);
}
