using System.Globalization;
using System.IO.Compression;
using System.Text;
using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Customers.History;
using CampaignEngine.Customers.Import;
using CampaignEngine.Reporting;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Customers.Import;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests.Customers.History;

public sealed class PastCampaignsTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime, IDisposable
{
    private const string Map = """
        import: mine
        sources:
          - from: campaigns.csv
            entities:
              past_campaigns:
                key: campaign
                set: { campaign: row.name, channel: "'email'", starts_at: row.starts, ends_at: "row.ends + ' 23:59:59'" }
          - let: { contact: "row.name + '/' + row.person" }
            entities:
              past_contacts:
                key: contact_no
                refs: { past_campaign_id: { entity: past_campaigns, value: row.name }, customer_key: { entity: customers, value: row.person, missing: empty } }
                set: { contact_no: contact, customer_no: row.person, cell: row.cell, control: row.cell == "held" }
          - from: answers.csv
            entities:
              past_responses:
                key: response_no
                numbered: response_no
                refs: { past_contact_id: { entity: past_contacts, value: "row.name + '/' + row.person" } }
                set: { response_no: [row.name, row.person, row.at], at: row.at, conversion: row.bought, revenue: row.amount }
        """;

    private readonly TempDirectory _folder = new("past");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await database.ExecuteAsync("TRUNCATE engine.past_campaign, engine.past_contact, engine.past_response, engine.occurrence, crm.customers CASCADE");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task HillstromsTestEqualsAnIndependentComputationToTheLastDigit()
    {
        var source = SharedData.Require("hillstrom/hillstrom.csv.gz");
        var result = await ImportAsync(source, ImportFixture.Shipped("hillstrom"));
        Assert.Equal((64_000, 0), (result.Read, result.Rejected));
        var again = await ImportAsync(source, ImportFixture.Shipped("hillstrom"));
        Assert.All(again.Entities.Values, rows => Assert.Equal((0, 0), (rows.Inserted, rows.Updated)));

        var report = await ReportAsync("hillstrom-2008");
        var people = Lines(source).Skip(1).Select(Fields).Select(f => (Cell: f[8], Visit: f[9] == "1", Conversion: f[10] == "1", Spend: decimal.Parse(f[11], CultureInfo.InvariantCulture))).ToLookup(p => p.Cell);
        Assert.Equal(["Mens E-Mail", "Womens E-Mail", "No E-Mail"], report.Cells.Select(c => c.Cell));
        var control = report.Cells.Single(c => c.Control);
        Assert.Equal("No E-Mail", control.Cell);
        Assert.Null(control.ResponseLift);
        foreach (var cell in report.Cells)
        {
            var own = people[cell.Cell!].ToList();
            var held = people["No E-Mail"].ToList();
            Assert.Equal((own.Count, own.Count(p => p.Visit), own.Count(p => p.Conversion), own.Sum(p => p.Spend)), (cell.Contacted, cell.Responses, cell.Conversions, cell.Revenue));
            double Rate(List<(string Cell, bool Visit, bool Conversion, decimal Spend)> of, bool visits) => of.Average(p => (visits ? p.Visit : p.Conversion) ? 1.0 : 0.0);
            Same(Rate(own, true), cell.ResponseRate);
            Same(Rate(own, false), cell.ConversionRate);
            Same((double)own.Average(p => p.Spend), cell.RevenuePerContact);
            if (cell.Control)
            {
                continue;
            }

            foreach (var (visits, lift, low, high, relative, z, more) in new[]
            {
                (true, cell.ResponseLift, cell.ResponseLiftLow, cell.ResponseLiftHigh, cell.ResponseLiftRelative, cell.ResponseZ, cell.IncrementalResponses),
                (false, cell.ConversionLift, cell.ConversionLiftLow, cell.ConversionLiftHigh, cell.ConversionLiftRelative, cell.ConversionZ, cell.IncrementalConversions),
            })
            {
                var (p1, p0, n1, n0) = (Rate(own, visits), Rate(held, visits), own.Count, held.Count);
                var reach = 1.959963984540054 * Math.Sqrt((p1 * (1 - p1) / n1) + (p0 * (1 - p0) / n0));
                var pooled = ((p1 * n1) + (p0 * n0)) / (n1 + n0);
                Same(p1 - p0, lift);
                Same(p1 - p0 - reach, low);
                Same(p1 - p0 + reach, high);
                Same((p1 / p0) - 1, relative);
                Same((p1 - p0) / Math.Sqrt(pooled * (1 - pooled) * ((1.0 / n1) + (1.0 / n0))), z);
                Assert.Equal((p1 - p0) * n1, more!.Value, 6);
            }

            var (m1, m0) = ((double)own.Average(p => p.Spend), (double)held.Average(p => p.Spend));
            var error = Math.Sqrt((own.Sum(p => Math.Pow((double)p.Spend - m1, 2)) / (own.Count - 1) / own.Count) + (held.Sum(p => Math.Pow((double)p.Spend - m0, 2)) / (held.Count - 1) / held.Count));
            Same(m1 - m0, cell.RevenueLift);
            Same(m1 - m0 - (1.959963984540054 * error), cell.RevenueLiftLow);
            Same(m1 - m0 + (1.959963984540054 * error), cell.RevenueLiftHigh);
            Same((m1 - m0) / m0, cell.RevenueLiftRelative);
            Same((m1 - m0) / error, cell.RevenueZ);
            Assert.Equal((m1 - m0) * own.Count, cell.IncrementalRevenue!.Value, 6);
        }
    }

    [Fact]
    public async Task TheTwentySevenCampaignsOfTheCompleteJourneyAreExact()
    {
        var source = SharedData.Require("completejourney/campaigns.csv");
        var result = await ImportAsync(source, ImportFixture.Shipped("complete-journey-campaigns"));
        Assert.Equal((27 + 6_589 + 2_102, 0), (result.Read, result.Rejected));

        var targets = Lines(source).Skip(1).Select(Fields).ToLookup(f => f[0], f => f[1]);
        var redemptions = Lines(SharedData.Require("completejourney/coupon_redemptions.csv")).Skip(1).Select(Fields).ToLookup(f => f[2], f => (Household: f[0], Coupon: f[1], Day: f[3]));
        var listed = await AllAsync("complete-journey-*");
        Assert.Equal(27, listed.Campaigns.Count);
        foreach (var line in listed.Campaigns)
        {
            var number = line.Campaign["complete-journey-".Length..];
            var households = redemptions[number].Select(r => r.Household).Distinct().Count();
            Assert.Equal((targets[number].Count(), households, households, redemptions[number].Count()), (line.Contacted, line.Responses, line.Conversions, line.Orders));
            Same((double)households / targets[number].Count(), line.ResponseRate);
        }

        var total = listed.ImportedTotal!;
        Assert.Equal(targets.SelectMany(t => t).Distinct().Count(), total.People);
        Assert.Equal((6_589, redemptions.SelectMany(r => r).Select(r => r.Household).Distinct().Count()), (total.Contacts, total.Responses));
        Assert.Equal(redemptions.SelectMany(r => r).Distinct().Count(), total.Orders);   // 13 redemptions name two campaigns
    }

    [Fact]
    public async Task BankCallsAndTheContactsBeforeThem()
    {
        var result = await ImportAsync(SharedData.Require("uci-bank-marketing/bank-full.csv.gz"), ImportFixture.Shipped("bank-marketing-history"));
        Assert.Equal((90_422, 0), (result.Read, result.Rejected));
        var calls = (await ReportAsync("bank-term-deposit")).Total;
        Assert.Equal((45_211, 5_289), (calls.Contacted, calls.Conversions));
        Assert.Equal(8_257, (await ReportAsync("bank-earlier-campaigns")).Total.Contacted);
    }

    [Fact]
    public async Task NobodyOutsideTheWindowOrTheListCounts()
    {
        var result = await ImportAsync(Write(
            "spring,2017-03-01,2017-03-31\n",
            "spring,A,red\nspring,B,red\nspring,C,blue\nspring,H,held\n",
            "spring,A,2017-03-01,yes,10\nspring,A,2017-03-31 23:59:59,yes,5\nspring,A,2017-03-31 23:59:59,yes,5\n"   // first and last moment; two equal lines are two
            + "spring,B,2017-02-28 23:59:59,yes,7\nspring,C,2017-04-01,yes,7\nspring,X,2017-03-02,yes,7\nspring,B,2017-03-05,no,0\nspring,H,2017-03-05,yes,3\n"));
        Assert.Equal(("answers.csv: past_responses.past_contact_id: there is no row of past_contacts with contact_no 'spring/X'", 1), (Reason(), result.Rejected));

        var report = await ReportAsync("spring");
        Assert.Equal(["blue", "red", "held"], report.Cells.Select(c => c.Cell));
        Assert.Equal((1, 0, 0, 0m), Counts(report.Cells[0]));
        Assert.Equal((2, 2, 1, 20m), Counts(report.Cells[1]));
        Assert.Equal((1, 1, 1, 3m), Counts(report.Cells[2]));
        Assert.Equal((3, 2, 1, 20m), Counts(report.Total));
        Assert.Equal((2, 2, 1, 10m), Counts((await ReportAsync("spring", new DateTimeOffset(2017, 3, 10, 0, 0, 0, TimeSpan.Zero))).Cells[1]));
    }

    [Fact]
    public async Task LaterCampaignsRespectTheContactsAndNotTheControlCell()
    {
        await database.ExecuteAsync("INSERT INTO crm.customers (customer_no) VALUES ('A'), ('B'), ('C')");
        await ImportAsync(Write("spring,2017-03-01,2017-03-31\n", "spring,A,red\nspring,B,held\n", "spring,A,2017-03-05,no,\n"));
        Assert.Equal("A", await SelectedAsync("contacted within 30 days", "2017-03-20"));
        Assert.Equal("", await SelectedAsync("contacted within 30 days", "2017-05-20"));
        Assert.Equal("A", await SelectedAsync("responded within 30 days", "2017-03-20"));
        Assert.Equal("A", await SelectedAsync("contacted by \"spring\"", "2017-05-20"));
    }

    [Fact]
    public async Task CustomersThatComeLaterAreFoundByASecondImport()
    {
        var file = Write("spring,2017-03-01,2017-03-31\n", "spring,A,red\n", "");
        Assert.Equal(new ImportedRows(1, 0, 0), (await ImportAsync(file)).Entities["past_contacts"]);
        await database.ExecuteAsync("INSERT INTO crm.customers (customer_no) VALUES ('A')");
        Assert.Equal(new ImportedRows(0, 1, 0), (await ImportAsync(file)).Entities["past_contacts"]);
        Assert.Equal(new ImportedRows(0, 0, 1), (await ImportAsync(file)).Entities["past_contacts"]);
    }

    [Theory]
    [InlineData("spring,,\n", "spring,A,red\n", "campaign 'spring' has contacts without a time (1); set contacted_at of past_contacts or starts_at of the campaign. Nothing was imported")]
    [InlineData("own,2017-03-01,2017-03-31\n", "own,A,red\n", "'own' is a campaign of this workspace already; give the imported one another name. Nothing was imported")]
    public async Task WhatCannotStayLeavesNothing(string campaigns, string contacts, string fault)
    {
        await ArrangedMailing.FreezeAsync(database.Source, [new("1", "a@x.test")], campaign: "own", cancellationToken: Cancel);
        var file = Write(campaigns, contacts, "");
        var map = Loaded(Map.Replace("ends_at: \"row.ends + ' 23:59:59'\"", "ends_at: row.ends", StringComparison.Ordinal));
        var thrown = await Assert.ThrowsAsync<ImportFailedException>(() => ImportAsync(file, map));
        Assert.Equal($"{file}: {fault}", thrown.Message);
        Assert.True(thrown.InvalidInput);
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM engine.past_campaign"));
    }

    [Fact]
    public async Task AnImportedCampaignIsTakenOutWholeAndTheOthersStay()
    {
        await ImportAsync(Write("spring,2017-03-01,2017-03-31\nautumn,2017-09-01,2017-09-30\n", "spring,A,red\nspring,B,red\nautumn,A,red\n", "spring,A,2017-03-05,yes,10\n"));
        Assert.Equal(new RemovedHistory("spring", 2, 1, false), await PastCampaigns.RemoveAsync(database.Source, "spring", keep: true, Cancel));
        Assert.Equal(new RemovedHistory("spring", 2, 1, true), await PastCampaigns.RemoveAsync(database.Source, "spring", keep: false, Cancel));
        Assert.Null(await PastCampaigns.RemoveAsync(database.Source, "spring", keep: false, Cancel));
        Assert.Equal("autumn 1 0", await database.ScalarAsync<string>(
            "SELECT string_agg(campaign, ',') || ' ' || (SELECT count(*) FROM engine.past_contact) || ' ' || (SELECT count(*) FROM engine.past_response) FROM engine.past_campaign"));
    }

    [Fact]
    public async Task AFileThatIsMissingBesideIsNamedWithItsPlace()
    {
        var file = Write("spring,2017-03-01,2017-03-31\n", "spring,A,red\n", "");
        File.Delete(_folder["answers.csv"]);
        var thrown = await Assert.ThrowsAsync<ImportFailedException>(() => ImportAsync(file));
        Assert.Equal($"imports/test.yaml(14,11): {_folder["answers.csv"]} does not exist; put answers.csv beside contacts.csv", thrown.Message);
    }

    [Fact]
    public async Task ANameThatNoCampaignCanHaveIsRejectedWithItsContacts()
    {
        var result = await ImportAsync(Write("Spring!,2017-03-01,2017-03-31\n", "Spring!,A,red\n", ""));
        Assert.Equal(2, result.Rejected);
        Assert.Equal("campaigns.csv: past_campaigns breaks the rule past_campaign_campaign_check of engine.past_campaign", Reason());
    }

    private static ImportMap Loaded(string yaml) => ImportFixture.Map(yaml, PastCampaigns.With(Models.Crm));

    private static (long, long, long, decimal) Counts(ReportRow row) => (row.Contacted, row.Responses, row.Conversions, row.Revenue);

    private static void Same(double expected, double? printed) => Assert.Equal(Math.Round(expected, 10), printed!.Value, 1e-10);

    private static IEnumerable<string> Lines(string path)
    {
        using var file = File.OpenRead(path);
        using StreamReader reader = new(path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    // Neither file has separators inside quotes, except the history segment of Hillstrom's, whose amounts have no thousands.
    private static string[] Fields(string line) => line.Replace("$1,000", "$1000", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal).Split(',');

    private string Reason() => File.ReadAllLines(_folder["rejects.csv"])[1].Split('"')[1];

    private string Write(string campaigns, string contacts, string answers)
    {
        _folder.Write("campaigns.csv", "name,starts,ends\n" + campaigns);
        _folder.Write("answers.csv", "name,person,at,bought,amount\n" + answers);
        return _folder.Write("contacts.csv", "name,person,cell\n" + contacts);
    }

    private async Task<ImportResult> ImportAsync(string file, ImportMap? map = null) =>
        await new CustomerImport(database.Source, TimeProvider.System, PastCampaigns.SettleAsync)
            .RunAsync(file, map ?? Loaded(Map), new ImportOptions { RejectsFile = _folder["rejects.csv"] }, null, Cancel);

    private async Task<CampaignReport> ReportAsync(string campaign, DateTimeOffset? asOf = null)
    {
        ProblemList problems = new();
        var request = await new ReportRequests(database.Source, Models.Crm, new EngineSettings()).ForAsync(campaign, asOf ?? TimeProvider.System.GetUtcNow(), problems, Cancel);
        return (await new CampaignReporter(database.Source).RunAsync(request!, Cancel))!;
    }

    private Task<CampaignsReport> AllAsync(string pattern) =>
        new CampaignsReporter(database.Source, new ReportRequests(database.Source, Models.Crm, new EngineSettings())).RunAsync(pattern, TimeProvider.System.GetUtcNow(), new ProblemList(), Cancel);

    private async Task<string> SelectedAsync(string condition, string day)
    {
        ProblemList problems = new();
        var bound = new ConditionBinder(Models.Crm, problems).BindCondition(new Written(condition, new Place("test", 1, 1)), Models.Crm.People);
        Assert.Empty(problems.Items);
        SelectionOptions options = new() { Now = DateTimeOffset.Parse(day, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) };
        var statement = new SelectionCompiler(Models.Crm, Models.Crm.People, options)
            .All([bound!], [], [new SelectionColumn("customer_no", BoundExpression.Of(Models.Crm.People, Models.Crm.People.Label))]);
        await using var connection = await database.Source.OpenConnectionAsync(Cancel);
        await using var command = statement.ToCommand(connection);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        SortedSet<string> selected = new(StringComparer.Ordinal);
        while (await reader.ReadAsync(Cancel))
        {
            selected.Add(reader.GetString(0));
        }

        return string.Join(' ', selected);
    }
}
