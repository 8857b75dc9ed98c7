using System.Globalization;
using System.IO.Compression;
using CampaignEngine.Customers.Import;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Customers.Import;

/// <summary>The published data sets through the maps in imports/, against their published totals and an independent computation.</summary>
public sealed class ShippedMapsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public void EveryMapLoads()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "imports"), "*.yaml"))
        {
            Assert.Equal(Path.GetFileNameWithoutExtension(file), ImportFixture.Shipped(Path.GetFileNameWithoutExtension(file)).Name);
        }
    }

    [Fact]
    public async Task OnlineRetailComesOutAsAnIndependentComputationSays()
    {
        var source = SharedData.Require("uci-online-retail/online_retail.csv.gz");
        using ImportFixture bench = new(database);
        await bench.EmptyAsync();
        var result = await bench.RunFileAsync(source, ImportFixture.Shipped("online-retail"));

        Assert.Equal((541_909, 0), (result.Read, result.Rejected));
        Assert.Equal(new ImportedRows(4_372, 0, 0), result.Entities["customers"]);
        Assert.Equal(new ImportedRows(25_900, 0, 0), result.Entities["orders"]);
        Assert.Equal(new ImportedRows(541_909, 0, 0), result.Entities["order_lines"]);
        Assert.Equal("adjustment 3, cancellation 3836, sale 22061", await database.ScalarAsync<string>(
            "SELECT string_agg(kind || ' ' || n, ', ' ORDER BY kind) FROM (SELECT kind, count(*) AS n FROM crm.orders GROUP BY kind) k"));
        Assert.Equal(38, await database.ScalarAsync<long>("SELECT count(DISTINCT country) FROM crm.orders"));
        Assert.Equal(38, await database.ScalarAsync<long>("SELECT count(*) FROM crm.countries"));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM crm.products WHERE product_no IN ('POST', 'DOT', 'M', 'C2', 'D', 'S', 'BANK CHARGES', 'AMAZONFEE', 'CRUK') OR product_no LIKE 'gift%'"));

        var (people, invoices, revenue) = Recompute(source);
        Assert.Equal(people.Count, (int)result.Entities["customers"].Inserted);
        Assert.Equal(invoices, (int)result.Entities["orders"].Inserted);
        Assert.Equal(revenue, await database.ScalarAsync<decimal>("SELECT sum(amount) FROM crm.orders"));
        Assert.Equal(revenue, await database.ScalarAsync<decimal>("SELECT sum(amount) FROM crm.order_lines"));
        var wrong = 0;
        await using (var command = database.Source.CreateCommand("""
            SELECT customer_no, max(ordered_at AT TIME ZONE 'Europe/London') FILTER (WHERE kind = 'sale'), count(*) FILTER (WHERE kind = 'sale'), sum(amount)
            FROM crm.customers JOIN crm.orders USING (customer_id) GROUP BY customer_no
            """))
        await using (var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken))
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                var last = reader.IsDBNull(1) ? default : reader.GetDateTime(1);
                wrong += people[reader.GetString(0)].Equals(new Person(last, (int)reader.GetInt64(2), reader.GetDecimal(3))) ? 0 : 1;
            }
        }

        Assert.Equal(0, wrong);
    }

    [Fact]
    public async Task OnlineRetailReadTwiceChangesNothing()
    {
        using ImportFixture bench = new(database);
        await bench.EmptyAsync();
        using TempDirectory folder = new("retail");
        var invoices = WholeInvoices(SharedData.Require("uci-online-retail/online_retail.csv.gz"), 30_000).ToList();
        File.WriteAllLines(folder["beginning.csv"], invoices);
        var first = await bench.RunFileAsync(folder["beginning.csv"], ImportFixture.Shipped("online-retail"));
        var again = await bench.RunFileAsync(folder["beginning.csv"], ImportFixture.Shipped("online-retail"));
        Assert.Equal(invoices.Count - 1, first.Entities["order_lines"].Inserted);
        Assert.All(again.Entities.Values, rows => Assert.Equal((0, 0), (rows.Inserted, rows.Updated)));
        Assert.Equal(invoices.Count - 1, again.Entities["order_lines"].Unchanged);
    }

    [Fact]
    public async Task CompleteJourneyKeepsItsTotals()
    {
        using ImportFixture bench = new(database);
        await bench.EmptyAsync();
        var baskets = await bench.RunFileAsync(SharedData.Require("completejourney/transactions_sample.csv.gz"), ImportFixture.Shipped("complete-journey-transactions"));
        var homes = await bench.RunFileAsync(SharedData.Require("completejourney/demographics.csv"), ImportFixture.Shipped("complete-journey-demographics"));
        var products = await bench.RunFileAsync(SharedData.Require("completejourney/products.csv.gz"), ImportFixture.Shipped("complete-journey-products"));

        Assert.Equal((0, 0, 0), (baskets.Rejected, homes.Rejected, products.Rejected));
        Assert.Equal((2_377, 47_243, 75_000), (baskets.Entities["customers"].Inserted, baskets.Entities["orders"].Inserted, baskets.Entities["order_lines"].Inserted));
        Assert.Equal(233_935.24m, await database.ScalarAsync<decimal>("SELECT sum(amount) FROM crm.orders WHERE source = 'complete-journey'"));
        Assert.Equal(801 - 137, await database.ScalarAsync<long>("SELECT count(attributes ->> 'marital_status') FROM crm.customers"));
        Assert.Equal(801 - 233, await database.ScalarAsync<long>("SELECT count(attributes ->> 'home_ownership') FROM crm.customers"));
        Assert.Equal(416, await database.ScalarAsync<long>("SELECT count(*) FROM crm.order_lines WHERE quantity = 0 AND unit_price = 0"));
        Assert.Equal(92_331, products.Entities["products"].Inserted + products.Entities["products"].Updated);
    }

    [Fact]
    public async Task CdnowKeepsItsTotals()
    {
        using ImportFixture bench = new(database);
        await bench.EmptyAsync();
        var result = await bench.RunFileAsync(SharedData.Require("cdnow/CDNOW_sample.csv"), ImportFixture.Shipped("cdnow"));

        Assert.Equal((6_919, 0), (result.Read, result.Rejected));
        Assert.Equal((2_357, 6_696, 6_919), (result.Entities["customers"].Inserted, result.Entities["orders"].Inserted, result.Entities["order_lines"].Inserted));
        Assert.Equal(244_091.94m, await database.ScalarAsync<decimal>("SELECT sum(amount) FROM crm.orders"));
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM crm.customers WHERE customer_no = 'cdnow-4'"));
    }

    [Fact]
    public async Task BankMarketingKeepsItsTotals()
    {
        using ImportFixture bench = new(database);
        await bench.EmptyAsync();
        var full = await bench.RunFileAsync(SharedData.Require("uci-bank-marketing/bank-full.csv.gz"), ImportFixture.Shipped("bank-marketing"));
        var additional = await bench.RunFileAsync(SharedData.Require("uci-bank-marketing/bank-additional-full.csv.gz"), ImportFixture.Shipped("bank-marketing-additional"));

        Assert.Equal((45_211, 0), (full.Entities["interactions"].Inserted, full.Rejected));
        Assert.Equal((41_188, 0), (additional.Entities["interactions"].Inserted, additional.Rejected));
        Assert.Equal("5289 4640", await database.ScalarAsync<string>(
            "SELECT count(*) FILTER (WHERE interaction_no LIKE 'bank-_%' AND interaction_no NOT LIKE 'bank-a%') || ' ' || count(*) FILTER (WHERE interaction_no LIKE 'bank-a%') FROM crm.interactions WHERE result = 'yes'"));
        Assert.Equal("2008-05-05 2010-11-17", await database.ScalarAsync<string>(
            "SELECT min(happened_at AT TIME ZONE 'Europe/Lisbon')::date || ' ' || max(happened_at AT TIME ZONE 'Europe/Lisbon')::date FROM crm.interactions WHERE interaction_no NOT LIKE 'bank-a%'"));
        Assert.Equal(0, await database.ScalarAsync<long>(
            "SELECT count(*) FROM crm.interactions WHERE attributes ->> 'days_since_contact' IN ('-1', '999') OR attributes ->> 'earlier_outcome' IN ('unknown', 'nonexistent')"));
        Assert.Equal(5, await database.ScalarAsync<long>(
            "SELECT count(*) FROM crm.interactions WHERE interaction_no NOT LIKE 'bank-a%' AND attributes ? 'days_since_contact' AND NOT attributes ? 'earlier_outcome'"));
    }

    private static (Dictionary<string, Person> People, int Invoices, decimal Revenue) Recompute(string source)
    {
        using StreamReader lines = new(new GZipStream(File.OpenRead(source), CompressionMode.Decompress));
        lines.ReadLine();
        Dictionary<string, (string Customer, DateTime At, decimal Amount)> invoices = [];
        decimal revenue = 0;
        while (lines.ReadLine() is { } line)
        {
            var cells = Split(line);
            var amount = decimal.Round(
                decimal.Parse(cells[3], CultureInfo.InvariantCulture) * decimal.Parse(cells[5], CultureInfo.InvariantCulture), 2, MidpointRounding.AwayFromZero);
            var at = DateTime.ParseExact(cells[4], "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            var known = invoices.GetValueOrDefault(cells[0], ("", at, 0m));
            invoices[cells[0]] = (cells[6].Replace(".0", "", StringComparison.Ordinal), at < known.Item2 ? at : known.Item2, known.Item3 + amount);
            revenue += amount;
        }

        var people = invoices.Where(i => i.Value.Customer.Length > 0).GroupBy(i => i.Value.Customer).ToDictionary(g => g.Key, g =>
        {
            var sales = g.Where(i => char.IsAsciiDigit(i.Key[0])).ToList();
            return new Person(sales.Count == 0 ? default : sales.Max(i => i.Value.At), sales.Count, g.Sum(i => i.Value.Amount));
        });
        return (people, invoices.Count, revenue);
    }

    // The header and the first lines of a file, cut only between two invoices.
    private static IEnumerable<string> WholeInvoices(string source, int lines)
    {
        using StreamReader file = new(new GZipStream(File.OpenRead(source), CompressionMode.Decompress));
        var invoice = "";
        for (var n = 0; file.ReadLine() is { } line; n++)
        {
            var next = Split(line)[0];
            if (n > lines && next != invoice)
            {
                yield break;
            }

            invoice = next;
            yield return line;
        }
    }

    private static List<string> Split(string line)
    {
        List<string> cells = [""];
        var quoted = false;
        foreach (var letter in line)
        {
            if (letter == '"')
            {
                quoted = !quoted;
            }
            else if (letter == ',' && !quoted)
            {
                cells.Add("");
            }
            else
            {
                cells[^1] += letter;
            }
        }

        return cells;
    }

    private sealed record Person(DateTime Last, int Frequency, decimal Amount);
}
