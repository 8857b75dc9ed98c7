using CampaignEngine.Authoring;
using CampaignEngine.Customers.Import;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Responses;
using Npgsql;

namespace CampaignEngine.Tests.Tracking.Responses;

public sealed class ImportedResponsesTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly DateTimeOffset Sent = new(2026, 3, 10, 9, 0, 0, TimeSpan.Zero);
    private readonly CampaignEngineServices _engine = new(database.WorkspaceDirectory, EngineSettings.Default, Models.Crm, database.Database, TimeProvider.System);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnswersAreTiedOnceAndWhatAnswersNothingIsRejectedWithItsLine()
    {
        await database.ExecuteAsync("INSERT INTO crm.customers (customer_no, email) SELECT 'C' || n, 'p' || n || '@mail.test' FROM generate_series(1, 5) n");
        var mailing = await SendAsync("call", "email", Sent, n => $"p{n}@mail.test");
        var texts = await SendAsync("text", "sms", Sent.AddDays(1), n => $"+88691234567{n}");
        string Code(string person) => Keycodes.Of(mailing.MailingId, mailing.OrdinalOf(person));
        var wrong = Code("1")[..^1] + (Code("1")[^1] == '3' ? '4' : '3');
        var file = Path.Combine(database.WorkspaceDirectory, "calls.csv");
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
            await database.ScalarAsync<string>("SELECT string_agg(split_part(response_no, '|', 2) || ' ' || tied_by || ' ' || mailing_id, '|' ORDER BY response_no) FROM engine.response"));
        Assert.Equal(4L, await database.ScalarAsync<long>("SELECT count(*) FROM engine.event WHERE kind = 'reply'"));
        Assert.Equal("2026-03-12T02:00", await database.ScalarAsync<string>("SELECT to_char(min(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI') FROM engine.event WHERE kind = 'reply'"));
    }

    private async Task<ArrangedMailing> SendAsync(string campaign, string channel, DateTimeOffset due, Func<int, string> address)
    {
        var mailing = await ArrangedMailing.FreezeAsync(
            database.Source, [.. Enumerable.Range(1, 5).Select(n => new ArrangedPerson($"{n}", address(n)))], campaign, channel: channel, dueAt: due, cancellationToken: Stop);
        for (var n = 1; n <= 5; n++)
        {
            await using var key = database.Source.CreateCommand($"UPDATE engine.mailing_item SET recipient_key = $1 WHERE mailing_id = {mailing.MailingId} AND customer_key = '{n}'");
            key.Parameters.Add(new NpgsqlParameter { Value = _engine.Contacts.Normalise(channel, address(n), null).Key! });
            await key.ExecuteNonQueryAsync(Stop);
        }

        return mailing;
    }

    private async Task<ImportResult> ImportAsync(string file)
    {
        var problems = new ProblemList();
        var map = ImportMapLoader.Load("imports/call-centre.yaml", await File.ReadAllBytesAsync(Repository.PathOf("imports", "call-centre.yaml"), Stop), ImportedResponses.With(Models.Crm), problems);
        Assert.Empty(problems.Items);
        var import = new CustomerImport(database.Source, TimeProvider.System, judge: new ImportedResponses(_engine.Contacts).JudgeAsync);
        return await import.RunAsync(file, map!, new ImportOptions { RejectsFolder = database.WorkspaceDirectory }, null, Stop);
    }
}
