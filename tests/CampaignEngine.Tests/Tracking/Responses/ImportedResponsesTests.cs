using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers.Import;
using CampaignEngine.Reporting;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Responses;
using Npgsql;

namespace CampaignEngine.Tests.Tracking.Responses;

/// <summary>Mailings to people of the built-in customer database, and files of what they answered.</summary>
public abstract class ImportedAnswers(TestDatabase database)
{
    protected static readonly DateTimeOffset Sent = new(2026, 3, 10, 9, 0, 0, TimeSpan.Zero);
    private readonly CampaignEngineServices _engine = new(database.WorkspaceDirectory, EngineSettings.Default, Models.Crm, database.Database, TimeProvider.System);

    protected TestDatabase Database { get; } = database;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected async Task<ArrangedMailing> SendAsync(string campaign, string channel, DateTimeOffset due, Func<int, string> address, long first = 1, int people = 5)
    {
        var mailing = await ArrangedMailing.FreezeAsync(
            Database.Source, [.. Enumerable.Range(1, people).Select(n => new ArrangedPerson($"{first + n - 1}", address(n)))], campaign, channel: channel, dueAt: due, cancellationToken: Stop);
        for (var n = 1; n <= people; n++)
        {
            await using var key = Database.Source.CreateCommand($"UPDATE engine.mailing_item SET recipient_key = $1 WHERE mailing_id = {mailing.MailingId} AND customer_key = '{first + n - 1}'");
            key.Parameters.Add(new NpgsqlParameter { Value = _engine.Contacts.Normalise(channel, address(n), null).Key! });
            await key.ExecuteNonQueryAsync(Stop);
        }

        return mailing;
    }

    /// <param name="change">Of the shipped map.</param>
    protected async Task<ImportResult> ImportAsync(string file, Func<string, string>? change = null)
    {
        var problems = new ProblemList();
        var yaml = await File.ReadAllTextAsync(Repository.PathOf("imports", "call-centre.yaml"), Stop);
        var map = ImportMapLoader.Load("imports/call-centre.yaml", Encoding.UTF8.GetBytes(change?.Invoke(yaml) ?? yaml), ImportedResponses.With(Models.Crm), problems);
        Assert.Empty(problems.Items);
        var import = new CustomerImport(Database.Source, TimeProvider.System, judge: new ImportedResponses(_engine.Contacts).JudgeAsync);
        return await import.RunAsync(file, map!, new ImportOptions { RejectsFolder = Database.WorkspaceDirectory }, null, Stop);
    }
}

public sealed class ImportedResponsesTests(TestDatabase database) : ImportedAnswers(database), IClassFixture<TestDatabase>
{
    [Fact]
    public async Task AnswersAreTiedOnceAndWhatAnswersNothingIsRejectedWithItsLine()
    {
        await Database.ExecuteAsync("INSERT INTO crm.customers (customer_no, email) SELECT 'C' || n, 'p' || n || '@mail.test' FROM generate_series(1, 5) n");
        var mailing = await SendAsync("call", "email", Sent, n => $"p{n}@mail.test");
        var texts = await SendAsync("text", "sms", Sent.AddDays(1), n => $"+88691234567{n}");
        string Code(string person) => Keycodes.Of(mailing.MailingId, mailing.OrdinalOf(person));
        var wrong = Code("1")[..^1] + (Code("1")[^1] == '3' ? '4' : '3');
        var file = Path.Combine(Database.WorkspaceDirectory, "calls.csv");
        await File.WriteAllTextAsync(file, $"""
            number,at,kind,keycode,customer,email,phone,result,value,coupon
            1,2026-03-12 10:00,call,{Code("1").ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal)},,,,yes,,
            2,2026-03-12 10:00,call,{wrong},C1,,,yes,,
            3,2026-03-12 10:00,card,,C2,,,no answer,,
            4,2026-03-12 10:00,card,,,P3@mail.test,,yes,,
            5,2026-03-12 10:00,call,,,,+886 912 345 674,yes,,
            6,2026-03-12 10:00,coupon,,,,,,12.50,{Code("5")}
            7,2026-03-13 10:00,coupon,,,,,,12.50,{Code("5")}
            8,2026-03-12 10:00,call,,,nobody@mail.test,,yes,,
            9,2026-03-01 10:00,call,,C2,,,yes,,
            10,2026-03-12 10:00,call,{Keycodes.Of(99999, 1)},C2,,,yes,,
            11,soon,call,,C2,,,yes,,
            1,2026-03-12 10:00,call,{Code("1")},,,,yes,,
            """, Stop);

        var first = await ImportAsync(file);
        var rejects = (await File.ReadAllLinesAsync(first.RejectsFile!, Stop)).Skip(1).ToList();
        Assert.True((12L, 6L, 5L) == (first.Read, first.Rejected, first.Entities["responses"].Inserted), string.Join('\n', rejects));
        Assert.Equal(["3", "8", "9", "10", "11", "12"], rejects.Select(r => r[..r.IndexOf(',', StringComparison.Ordinal)]).OrderBy(int.Parse));
        foreach (var reason in (string[])["the check character of the keycode", "has been redeemed already", "nobody whom we had written to by then", "no message has the keycode", "is no time written"])
        {
            Assert.Contains(rejects, r => r.Contains(reason, StringComparison.Ordinal));
        }

        var again = await ImportAsync(file);
        Assert.Equal((6L, 0L, 5L), (again.Rejected, again.Entities["responses"].Inserted, again.Entities["responses"].Unchanged));
        Assert.Equal(
            $"1 keycode {mailing.MailingId}|3 customer {texts.MailingId}|4 email {mailing.MailingId}|5 phone {texts.MailingId}|6 coupon {mailing.MailingId}",
            await Database.ScalarAsync<string>("SELECT string_agg(split_part(response_no, '|', 2) || ' ' || tied_by || ' ' || mailing_id, '|' ORDER BY response_no) FROM engine.response"));
        Assert.Equal(4L, await Database.ScalarAsync<long>("SELECT count(*) FROM engine.event WHERE kind = 'reply'"));
        Assert.Equal("2026-03-12T02:00", await Database.ScalarAsync<string>("SELECT to_char(min(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI') FROM engine.event WHERE kind = 'reply'"));
    }
}

public sealed class SharedCouponAnswersTests(TestDatabase database) : ImportedAnswers(database), IClassFixture<TestDatabase>
{
    [Fact]
    public async Task ACouponThatManyHaveIsTheCampaignsAndTiedOnlyToPeopleWhoAreKnown()
    {
        await Database.ExecuteAsync("INSERT INTO crm.customers (customer_no, email) SELECT 'K' || n, 'k' || n || '@mail.test' FROM generate_series(1, 5) n");
        var first = await Database.ScalarAsync<long>("SELECT min(customer_id) FROM crm.customers WHERE customer_no LIKE 'K%'");
        var old = await SendAsync("summer-2025", "email", Sent.AddDays(-90), n => $"k{n}@mail.test", first);
        var summer = await SendAsync("summer-2026", "email", Sent, n => $"k{n}@mail.test", first, 3);
        await SendAsync("newer", "email", Sent.AddDays(1), n => $"k{n}@mail.test", first);
        await Database.ExecuteAsync("INSERT INTO engine.coupon_code VALUES ('SUMMER10', 'summer-2025', NULL), ('SUMMER10', 'summer-2026', NULL), ('GARDEN0', 'summer-2026', 'b')");
        var file = Path.Combine(Database.WorkspaceDirectory, "coupons.csv");
        await File.WriteAllTextAsync(file, """
            number,at,kind,keycode,customer,email,phone,result,value,coupon
            k1,2026-03-12 10:00,coupon,,K1,,,,10,summer-10
            k2,2026-03-12 10:00,coupon,,,K2@mail.test,,,10,SUMMER 10
            k3,2026-03-12 10:00,coupon,,,,,,10,Summer10
            k4,2026-03-12 10:00,coupon,,K5,,,,10,SUMMER10
            k5,2026-01-12 10:00,coupon,,K5,,,,10,SUMMER10
            k6,2026-03-12 10:00,coupon,,,,,,10,garden0
            k7,2026-03-12 10:00,coupon,,,,,,10,WINTER10
            k8,2025-01-12 10:00,coupon,,,,,,10,SUMMER10
            k9,2026-03-12 10:00,coupon,,,,,no answer,10,SUMMER10
            """, Stop);
        var result = await ImportAsync(file);
        Assert.Equal((9L, 2L), (result.Read, result.Rejected));
        Assert.Equal((2L, 7L), ((await ImportAsync(file)).Rejected, await Database.ScalarAsync<long>("SELECT count(*) FROM engine.response")));

        // The campaign that wrote last with the code, never one that wrote later without it; K5 is in the old campaign only.
        Assert.Equal(
            $"k1 SUMMER10 summer-2026 {summer.MailingId}|k2 SUMMER10 summer-2026 {summer.MailingId}|k3 SUMMER10 summer-2026 |k4 SUMMER10 summer-2026 |k5 SUMMER10 summer-2025 {old.MailingId}|k6 GARDEN0 summer-2026 |k9 SUMMER10 summer-2026 ",
            await Database.ScalarAsync<string>("SELECT string_agg(concat_ws(' ', split_part(response_no, '|', 2), coupon_code, coupon_campaign, coalesce(mailing_id::text, '')), '|' ORDER BY response_no) FROM engine.response"));
        Assert.Equal(2L, await Database.ScalarAsync<long>($"SELECT count(*) FROM engine.event WHERE mailing_id = {summer.MailingId} AND kind = 'reply'"));

        var request = new ReportRequest
        {
            Campaign = "summer-2026", AsOf = DateTimeOffset.UtcNow.AddHours(1), Model = Models.Crm, Response = new ResponseDefinition { Place = new Place("x", 1, 1) },
            Coupons = [new("SUMMER10", null), new("GARDEN0", "b"), new("UNUSED", "a")],
        };
        var report = (await new CampaignReporter(Database.Source).RunAsync(request, Stop))!;
        Assert.Equal([("SUMMER10", null, 4L, 2L), ("GARDEN0", "b", 1, 1), ("UNUSED", "a", 0, 0)], report.Coupons.Select(c => (c.Code, c.Cell, c.Answers, c.UnattributedAnswers)));
    }
}
