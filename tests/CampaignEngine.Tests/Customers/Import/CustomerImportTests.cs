using System.IO.Compression;
using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Customers.Import;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;
using Npgsql;

namespace CampaignEngine.Tests.Customers.Import;

public sealed class CustomerImportTests : IClassFixture<TestDatabase>, IAsyncLifetime, IDisposable
{
    // Invoice 1 repeats a line exactly; customer 20 has two countries; invoice 3 is bought by nobody known; C1 cancels.
    private const string Lines = ImportFixture.OrderHeader
        + "1,2011-07-01 10:00:00,20,Ærø,UK,tea,2,1.50\n"
        + "1,2011-07-01 10:00:00,20,Ærø,UK,tea,2,1.50\n"
        + "1,2011-07-01 10:01:00,20,Ærø,UK,cup,1,4.25\n"
        + "1,2011-07-01 09:59:00,20,Ærø,UK,tea,3,1.50\n"
        + "2,2011-07-02 10:00:00,21,王小明,TW,tea,1,1.50\n"
        + "3,2011-01-02 10:00:00,,,TW,tea,1,1.50\n"
        + "C1,2011-07-03 10:00:00,20,Ærø,IE,tea,-2,1.50\n"
        + "4,2011-07-04 10:00:00,22,\"O'Neil, \"\"Jo\"\"\",IE,tea,2,1.50\n"
        + "4,2011-07-04 10:00:00,22,\"O'Neil, \"\"Jo\"\"\",IE,cup,1,4.25\n"
        + "4,2011-07-04 10:00:00,22,\"O'Neil, \"\"Jo\"\"\",IE,tea,2,1.50\n";

    private const string Content = """
        customer;20;UK;Ærø;{}
        customer;21;TW;王小明;{}
        customer;22;IE;O'Neil, "Jo";{}
        line;1;cup;cup|1|4.25;1.000;4.2500;4.25
        line;1;tea;tea|2|1.50#2;2.000;1.5000;3.00
        line;1;tea;tea|2|1.50;2.000;1.5000;3.00
        line;1;tea;tea|3|1.50;3.000;1.5000;4.50
        line;2;tea;tea|1|1.50;1.000;1.5000;1.50
        line;3;tea;tea|1|1.50;1.000;1.5000;1.50
        line;4;cup;cup|1|4.25;1.000;4.2500;4.25
        line;4;tea;tea|2|1.50#2;2.000;1.5000;3.00
        line;4;tea;tea|2|1.50;2.000;1.5000;3.00
        line;C1;tea;tea|-2|1.50;-2.000;1.5000;-3.00
        order;1;20;sale;2011-07-01 08:59:00;14.75;8.000
        order;2;21;sale;2011-07-02 09:00:00;1.50;1.000
        order;3;sale;2011-01-02 10:00:00;1.50;1.000
        order;4;22;sale;2011-07-04 09:00:00;10.25;5.000
        order;C1;20;cancellation;2011-07-03 09:00:00;-3.00;-2.000
        product;cup
        product;tea
        """;

    private readonly TestDatabase _database;
    private readonly ImportFixture _bench;

    public CustomerImportTests(TestDatabase database) => (_database, _bench) = (database, new ImportFixture(database));

    public async ValueTask InitializeAsync() => await _bench.EmptyAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task OneFlatFileFeedsFourEntities()
    {
        var result = await _bench.RunAsync(Lines);

        Assert.Equal(Content, await _bench.ContentAsync());
        Assert.Equal((10, 0, null), (result.Read, result.Rejected, result.RejectsFile));
        Assert.Equal(["customers", "products", "orders", "order_lines"], result.Entities.Keys);
        Assert.Equal(new ImportedRows(3, 0, 0), result.Entities["customers"]);
        Assert.Equal(new ImportedRows(2, 0, 0), result.Entities["products"]);
        Assert.Equal(new ImportedRows(5, 0, 0), result.Entities["orders"]);
        Assert.Equal(new ImportedRows(10, 0, 0), result.Entities["order_lines"]);
    }

    [Fact]
    public async Task ASecondImportChangesNothing()
    {
        await _bench.RunAsync(Lines);
        var versions = await VersionsAsync();
        var result = await _bench.RunAsync(Lines);

        Assert.Equal(Content, await _bench.ContentAsync());
        Assert.All(result.Entities.Values, rows => Assert.Equal((0, 0), (rows.Inserted, rows.Updated)));
        Assert.Equal([3, 2, 5, 10], result.Entities.Values.Select(rows => rows.Unchanged));
        Assert.Equal(versions, await VersionsAsync());
    }

    // Files overlap so that every order with repeated lines is whole in one of them; the cut itself falls at every line.
    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public async Task OverlappingPartsEqualTheWhole(int cut)
    {
        var lines = Lines.TrimEnd('\n').Split('\n');
        var first = string.Join('\n', lines[..(cut + 2)]);
        var second = string.Join('\n', lines[..1].Concat(lines[cut..]));

        await _bench.RunAsync(first);
        var result = await _bench.RunAsync(second);

        Assert.Equal(Content, await _bench.ContentAsync());
        Assert.True(result.Entities["order_lines"].Unchanged >= 1);
        await _bench.RunAsync(first);
        Assert.Equal(Content, await _bench.ContentAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(9)]
    public async Task PartsCutInsideAnOrderAddUp(int cut)
    {
        // Not between two equal lines: those are one line to an import that sees only one of them.
        var lines = Lines.TrimEnd('\n').Split('\n').Where((_, i) => i is not 2 and not 10).ToArray();
        var whole = string.Join('\n', lines);
        await _bench.RunAsync(whole);
        var expected = await _bench.ContentAsync();
        await _bench.EmptyAsync();

        cut = Math.Min(cut, lines.Length - 1);
        await _bench.RunAsync(string.Join('\n', lines[..(cut + 1)]));
        var result = await _bench.RunAsync(string.Join('\n', lines[..1].Concat(lines[(cut + 1)..])));

        Assert.Equal(expected, await _bench.ContentAsync());
        Assert.Equal(lines.Length - 1 - cut, result.Entities["order_lines"].Inserted);
    }

    [Fact]
    public async Task AnOrderThatGrowsIsCountedAsUpdated()
    {
        await _bench.RunAsync(ImportFixture.OrderHeader + "1,2011-07-01 10:00:00,20,A,UK,tea,2,1.50\n");
        var result = await _bench.RunAsync(ImportFixture.OrderHeader + "1,2011-07-01 09:00:00,20,A,UK,cup,1,4.00\n");

        Assert.Equal(new ImportedRows(0, 1, 0), result.Entities["orders"]);
        Assert.Equal(7.00m, await _database.ScalarAsync<decimal>("SELECT amount FROM crm.orders"));
        Assert.Equal("2011-07-01 08:00", await _database.ScalarAsync<string>("SELECT to_char(ordered_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM crm.orders"));
    }

    [Theory]
    [InlineData("keep", "A;;x", "inserted 0 updated 0")]
    [InlineData("fill", "A;TW;x", "inserted 0 updated 1")]
    [InlineData("update", "C;TW;x", "inserted 0 updated 1")]
    [InlineData("replace", "C;;", "inserted 0 updated 1")]
    public async Task TheMapSaysWhichValueStays(string rule, string expected, string counts)
    {
        var map = ImportFixture.Map($$"""
            import: list
            entities:
              customers:
                key: customer_no
                set: { customer_no: row.no, last_name: row.name, country: row.country, marital_status: row.status }
                on_conflict: {{rule}}
            """);
        await _bench.RunAsync("no,name,country,status\n1,A,,x\n", map);
        var result = await _bench.RunAsync("no,name,country,status\n1,B,TW,y\n1,C,,\n", map, null);

        // jsonb: the same rules hold for its keys.
        var status = rule == "update" ? "y" : "x";
        expected = rule == "update" ? expected.Replace(";x", $";{status}", StringComparison.Ordinal) : expected;
        Assert.Equal(expected, await _database.ScalarAsync<string>(
            "SELECT last_name || ';' || coalesce(country, '') || ';' || coalesce(attributes ->> 'marital_status', '') FROM crm.customers"));
        Assert.Equal(counts, $"inserted {result.Entities["customers"].Inserted} updated {result.Entities["customers"].Updated}");
        var again = await _bench.RunAsync("no,name,country,status\n1,B,TW,y\n1,C,,\n", map, null);
        Assert.Equal(new ImportedRows(0, 0, 1), again.Entities["customers"]);
    }

    [Fact]
    public async Task RejectsTellLineAndReasonAndTheRestIsImported()
    {
        var result = await _bench.RunAsync(ImportFixture.OrderHeader
            + "1,2011-07-01 10:00:00,20,A,UK,tea,two,1.50\n"
            + "2,2011-07-32 10:00:00,20,A,UK,tea,2,1.50\n"
            + ",2011-07-01 10:00:00,20,A,UK,tea,2,1.50\n"
            + "3,2011-07-01 10:00:00,20,A,UK,tea,2\n"
            + "4,2011-07-01 10:00:00,20,A\"B,UK,tea,2,1.50\n"
            + "5,2011-07-01 10:00:00,20,A,UK,tea,2,99999999999999\n"
            + "=cmd|' /C calc'!A0,bad,20,A,UK,tea,2,1.50\n"
            + "6,2011-07-01 10:00:00,20,A,UK,tea,2,1.50\n");

        Assert.Equal((8, 7), (result.Read, result.Rejected));
        Assert.Equal(_bench.RejectsFile, result.RejectsFile);
        Assert.Equal(
        [
            """6,"a quote inside an unquoted field at position 27","4,2011-07-01 10:00:00,20,A""B,UK,tea,2,1.50" """.TrimEnd(),
            """2,"order_lines.quantity: 'two' is not a number","1,2011-07-01 10:00:00,20,A,UK,tea,two,1.50" """.TrimEnd(),
            """3,"orders.ordered_at: '2011-07-32 10:00:00' is no time written yyyy-MM-dd or yyyy-MM-dd HH:mm:ss or yyyy-MM-dd HH:mm ...","2,2011-07-32 10:00:00,20,A,UK,tea,2,1.50" """.TrimEnd(),
            """4,"orders.order_no is empty and must not be",",2011-07-01 10:00:00,20,A,UK,tea,2,1.50" """.TrimEnd(),
            """5,"7 columns where the header has 8","3,2011-07-01 10:00:00,20,A,UK,tea,2" """.TrimEnd(),
            """7,"order_lines.unit_price: '99999999999999' does not fit numeric(14,4)","5,2011-07-01 10:00:00,20,A,UK,tea,2,99999999999999" """.TrimEnd(),
            """8,"orders.ordered_at: 'bad' is no time written yyyy-MM-dd or yyyy-MM-dd HH:mm:ss or yyyy-MM-dd HH:mm ...","'=cmd|' /C calc'!A0,bad,20,A,UK,tea,2,1.50" """.TrimEnd(),
        ],
            _bench.Rejects);
        Assert.Equal("6", await _database.ScalarAsync<string>("SELECT string_agg(order_no, ',') FROM crm.orders"));
    }

    [Fact]
    public async Task FormulasAreDataAndAreKeptAsTheyAre()
    {
        const string Formula = "=cmd|' /C calc'!A0";
        await _bench.RunAsync($"{ImportFixture.OrderHeader}1,2011-07-01 10:00:00,20,{Formula},UK,+1,2,1.50\n");

        Assert.Equal(Formula, await _database.ScalarAsync<string>("SELECT last_name FROM crm.customers"));
        Assert.Equal("+1", await _database.ScalarAsync<string>("SELECT product_no FROM crm.products"));
    }

    [Fact]
    public async Task StrictStopsAtTheFirstRejectAndKeepsNothing()
    {
        var fault = await Assert.ThrowsAsync<ImportFailedException>(() => _bench.RunAsync(Lines + "x,no time,1,,,tea,1,1\n", options: new ImportOptions { Strict = true }));

        Assert.True(fault.InvalidInput);
        Assert.EndsWith("line 12: orders.ordered_at: 'no time' is no time written yyyy-MM-dd or yyyy-MM-dd HH:mm:ss or yyyy-MM-dd HH:mm ...; nothing was imported (--strict)",
            fault.Message, StringComparison.Ordinal);
        Assert.Equal("", await _bench.ContentAsync());
    }

    [Fact]
    public async Task ADryRunCountsAndKeepsNothing()
    {
        var result = await _bench.RunAsync(Lines, options: new ImportOptions { DryRun = true });

        Assert.Equal(10, result.Entities["order_lines"].Inserted);
        Assert.Equal("", await _bench.ContentAsync());
    }

    [Fact]
    public async Task ATruncatedFileLeavesNothing()
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal))
        {
            StringBuilder text = new(ImportFixture.OrderHeader);
            for (var i = 0; i < 50_000; i++)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{i},2011-07-01 10:00:00,{i * 7919 % 10007},A{i},UK,tea,2,1.50\n");
            }

            gzip.Write(Encoding.UTF8.GetBytes(text.ToString()));
        }

        var fault = await Assert.ThrowsAsync<ImportFailedException>(() => _bench.RunAsync(packed.ToArray()[..^100]));

        Assert.Contains("is a broken gzip file", fault.Message, StringComparison.Ordinal);
        Assert.Equal("", await _bench.ContentAsync());
    }

    [Fact]
    public async Task ALostConnectionInTheMiddleOfTheMergeLeavesNothingAndSaysSo()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var holder = await _database.Source.OpenConnectionAsync(cancel);
        await using var hold = await holder.BeginTransactionAsync(cancel);
        await using (NpgsqlCommand take = new("LOCK TABLE crm.order_lines IN ACCESS EXCLUSIVE MODE", holder, hold))
        {
            await take.ExecuteNonQueryAsync(cancel);
        }

        // The merge has written customers, products and orders when it waits for this lock.
        var importing = _bench.RunAsync(Lines);
        await using var killer = await _database.Source.OpenConnectionAsync(cancel);
        await using NpgsqlCommand kill = new(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%order_lines%'", killer);
        Assert.True(await Eventually.IsTrueAsync(async () => importing.IsCompleted || (long)(await kill.ExecuteScalarAsync(cancel))! > 0, cancel));
        var fault = await Assert.ThrowsAsync<ImportFailedException>(() => importing);
        await hold.RollbackAsync(cancel);

        Assert.EndsWith("the database connection was lost while merging order_lines; nothing was imported. Check the server and run the import again", fault.Message, StringComparison.Ordinal);
        Assert.Equal("", await _bench.ContentAsync());
        await _bench.RunAsync(Lines);
        Assert.Equal(Content, await _bench.ContentAsync());
    }

    [Fact]
    public async Task TwoImportsOfOneFileAtOnceEndAsOne()
    {
        var both = await Task.WhenAll(_bench.RunAsync(Lines, options: new ImportOptions()), new ImportFixture(_database).RunAsync(Lines));

        Assert.Equal(Content, await _bench.ContentAsync());
        Assert.Equal(10, both.Sum(r => r.Entities["order_lines"].Inserted));
        Assert.Equal(10, both.Sum(r => r.Entities["order_lines"].Unchanged));
    }

    [Fact]
    public async Task UnknownReferencesAreRejectedOrLeftEmpty()
    {
        await _database.ExecuteAsync("INSERT INTO crm.customers (customer_no) VALUES ('1')");
        const string Map = """
            import: complaints
            entities:
              complaints:
                key: complaint_no
                refs: { customer_id: { entity: customers, value: row.customer } }
                set: { complaint_no: row.no, opened_at: row.at }
            """;

        var result = await _bench.RunAsync("no,customer,at\na,1,2026-01-01\nb,2,2026-01-01\n", ImportFixture.Map(Map));

        Assert.Equal(new ImportedRows(1, 0, 0), result.Entities["complaints"]);
        Assert.Equal(["""3,"complaints.customer_id: there is no row of customers with customer_no '2'","b,2,2026-01-01" """.TrimEnd()], _bench.Rejects);

        await _bench.RunAsync("no,customer\nx,1\ny,2\n", ImportFixture.Map("""
            import: orders
            entities:
              orders:
                key: order_no
                refs: { customer_id: { entity: customers, value: row.customer, missing: empty } }
                set: { order_no: row.no, ordered_at: "'2026-01-01'" }
            """));
        Assert.Equal("x:1,y:", await _database.ScalarAsync<string>(
            "SELECT string_agg(order_no || ':' || coalesce(customer_no, ''), ',' ORDER BY order_no) FROM crm.orders LEFT JOIN crm.customers USING (customer_id)"));
    }

    [Fact]
    public async Task WordsThatATableForbidsAreRejectedWithTheirLine()
    {
        var result = await _bench.RunAsync("customer_no,sex,interests,birth_date\n1,female,\"tea; cups,\",1980-02-29\n2,unknown,,\n3,,,1981-02-29\n", ImportFixture.Shipped("customers"));

        Assert.Equal((3, 2), (result.Read, result.Rejected));
        Assert.StartsWith("3,\"customers.sex: 'unknown' is none of female, male, other\"", _bench.Rejects[0], StringComparison.Ordinal);
        Assert.StartsWith("4,\"customers.birth_date: '1981-02-29' is no date written", _bench.Rejects[1], StringComparison.Ordinal);
        Assert.Equal("{tea,cups}", await _database.ScalarAsync<string>("SELECT interests::text FROM crm.customers"));
    }

    [Fact]
    public async Task AForeignDatabaseIsFedAsItIs()
    {
        // No unique index, legacy types, a rule over two columns, a text key that refers to a text key.
        await _database.ExecuteAsync("""
            DROP SCHEMA IF EXISTS erp CASCADE; CREATE SCHEMA erp;
            CREATE TYPE erp.grade AS ENUM ('gold', 'silver');
            CREATE DOMAIN erp.code AS varchar(4);
            CREATE TABLE erp."KUNDEN" ("Nr" char(5) NOT NULL, "Name" varchar(10), since timestamp, grade erp.grade, score real, low int, high smallint, CHECK (low <= high));
            CREATE TABLE erp.orders (no erp.code PRIMARY KEY, cust char(5) NOT NULL, amount double precision NOT NULL DEFAULT 0);
            CREATE VIEW erp.v AS SELECT * FROM erp.orders
            """);
        var model = Models.Load("model.yaml", Encoding.UTF8.GetBytes("""
            people: kunden
            entities:
              kunden:
                table: erp.KUNDEN
                key: nr
                fields:
                  nr: { type: text, column: Nr }
                  name: { type: text?, column: Name }
                  since: time?
                  grade: text?
                  score: number?
                  low: integer?
                  high: integer?
              orders:
                table: erp.orders
                key: no
                fields: { no: text, cust: text, amount: number }
                relations: { customer: { one: kunden, from: cust, to: nr } }
              v:
                table: erp.v
                key: no
                fields: { no: text }
            """));
        var map = ImportFixture.Map("""
            import: erp
            file: { separator: ";", decimal: ",", zone: Europe/Berlin, dates: dd.MM.yyyy HH:mm }
            entities:
              kunden:
                key: nr
                set: { nr: row.Nr, name: row.Name, since: row.Seit, grade: row.Stufe, score: row.Wert, low: row.von, high: row.bis }
                on_conflict: update
              orders:
                key: no
                refs: { cust: kunden }
                set: { no: row.Auftrag, amount: row.Betrag }
            """, model);
        const string Head = "Nr;Name;Seit;Stufe;Wert;von;bis;Auftrag;Betrag\n";

        var result = await _bench.RunAsync(Head
            + "K0001;Müller;01.07.2020 12:00;gold;1,5;1;2;A1;10,25\n"
            + "K0002;Zu langer Name;;;;;;A2;1\n"
            + "K0003;Meier;;bronze;;;;A3;1\n"
            + "K0004;Meier;;;;3;2;A4;1\n"
            + "K0005;Meier;;;;1;40000;A5;1\n"
            + "K0006;Meier;;;;;;A6789;1\n", map);

        Assert.Equal(
        [
            "3,\"kunden.name: 'Zu langer Name' is longer than the 10 characters of character varying(10)\"",
            "4,\"kunden.grade: 'bronze' is none of gold, silver\"",
            "6,\"kunden.high: '40000' does not fit smallint\"",
            "7,\"orders.no: 'A6789' is longer than the 4 characters of erp.code\"",
            "5,\"kunden breaks the rule KUNDEN_check of erp.KUNDEN\"",
        ],
            _bench.Rejects.Select(r => r[..(r.IndexOf("\",\"", StringComparison.Ordinal) + 1)]));
        Assert.Equal(new ImportedRows(1, 0, 0), result.Entities["kunden"]);
        Assert.Equal("K0001;2020-07-01 12:00:00;gold;1.5;A1;10.25", await _database.ScalarAsync<string>(
            """SELECT concat_ws(';', "Nr", since, grade, score, no, amount) FROM erp."KUNDEN" JOIN erp.orders ON cust = "Nr" """));
        var again = await _bench.RunAsync(Head + "K0001;Müller;01.07.2020 12:00;silver;1,5;1;2;A1;10,25\n", map);
        Assert.Equal((new ImportedRows(0, 1, 0), new ImportedRows(0, 0, 1)), (again.Entities["kunden"], again.Entities["orders"]));

        var view = await Assert.ThrowsAsync<ImportFailedException>(() => _bench.RunAsync("no\n1\n", ImportFixture.Map("""
            import: view
            entities:
              v: { key: no, set: { no: row.no } }
            """, model)));
        Assert.Equal("imports/test.yaml(3,3): error CE2121: v is the view erp.v and cannot be imported into; feed the tables behind it", view.Message);
    }

    [Fact]
    public async Task ColumnsThatTheFileLacksAreNamedBeforeAnythingIsRead()
    {
        var fault = await Assert.ThrowsAsync<ImportFailedException>(() => _bench.RunAsync("order,at,client,name,country,article,qty,price\n"));

        Assert.Equal("""
            imports/test.yaml(5,11): error CE2130: the file has no column 'customer'; its columns are order, at, client, name, country, article, qty, price
            imports/test.yaml(7,25): error CE2130: the file has no column 'customer'; its columns are order, at, client, name, country, article, qty, price
            """, fault.Message.Replace("\r", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ConsentsAndSuppressionsComeFromPlainLists()
    {
        await _database.ExecuteAsync("INSERT INTO crm.customers (customer_no) VALUES ('1')");
        var consents = await _bench.RunAsync(
            "customer_no,channel,status,stated_at,source\n1,email,granted,2026-01-01,web\n1,email,withdrawn,2026-02-01,web\n1,fax,granted,2026-01-01,web\n",
            ImportFixture.Shipped("consents"));
        var suppressions = await _bench.RunAsync("channel,address\nemail,x@example.com\nemail,x@example.com\n", ImportFixture.Shipped("suppressions"));

        Assert.Equal((2, 1), (consents.Entities["consents"].Inserted, consents.Rejected));
        Assert.Equal("withdrawn", await _database.ScalarAsync<string>("SELECT email_consent FROM crm.customers"));
        Assert.Equal(new ImportedRows(1, 0, 0), suppressions.Entities["suppressions"]);
        Assert.Equal("global;imported", await _database.ScalarAsync<string>("SELECT scope || ';' || reason FROM crm.suppressions"));
    }

    private Task<string> VersionsAsync() =>
        _database.ScalarAsync<string>("SELECT (SELECT string_agg(xmin::text, ',' ORDER BY order_id) FROM crm.orders) || (SELECT string_agg(xmin::text, ',' ORDER BY order_line_id) FROM crm.order_lines)");
}
