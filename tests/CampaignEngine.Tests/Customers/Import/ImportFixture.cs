using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Customers.History;
using CampaignEngine.Customers.Import;
using CampaignEngine.Testing;
using CampaignEngine.Tracking.Responses;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests.Customers.Import;

/// <summary>Imports texts and files into a test's database.</summary>
internal sealed class ImportFixture(TestDatabase database) : IDisposable
{
    /// <summary>Orders in the shape of an order-line file: four entities out of one line.</summary>
    public const string OrderLines = """
        import: lines
        file: { zone: Europe/London, numbers: [qty, price] }
        entities:
          customers:
            when: row.customer != ""
            key: customer_no
            set: { customer_no: row.customer, country: row.country, last_name: row.name }
          products:
            key: product_no
            set: { product_no: row.article }
          orders:
            key: order_no
            refs: { customer_id: customers }
            set: { order_no: row.order, kind: "row.order | string.starts_with 'C' ? 'cancellation' : 'sale'" }
            min: { ordered_at: row.at }
            sum: { amount: order_lines.amount, quantity: order_lines.quantity }
          order_lines:
            key: [order_id, line_key]
            numbered: line_key
            refs: { order_id: orders, product_id: products }
            set: { line_key: [row.article, row.qty, row.price], quantity: row.qty, unit_price: row.price, amount: row.qty * row.price }
        """;

    public const string OrderHeader = "order,at,customer,name,country,article,qty,price\n";

    private readonly TempDirectory _folder = new("im");

    public string RejectsFile => _folder["rejects.csv"];

    public string[] Rejects => File.Exists(RejectsFile) ? File.ReadAllLines(RejectsFile)[1..] : [];

    public static ImportMap Map(string yaml, CustomerModel? model = null)
    {
        ProblemList problems = new();
        var map = ImportMapLoader.Load("imports/test.yaml", Encoding.UTF8.GetBytes(yaml), model ?? Models.Crm, problems);
        Assert.True(map is not null, string.Join('\n', problems.Items));
        return map;
    }

    public static ImportMap Shipped(string name)
    {
        ProblemList problems = new();
        var map = ImportMapLoader.Load($"imports/{name}.yaml", File.ReadAllBytes(Path.Combine(Repository.Root, "imports", $"{name}.yaml")), ImportedResponses.With(PastCampaigns.With(Models.Crm)), problems);
        Assert.Empty(problems.Items);
        return map!;
    }

    public string Write(byte[] content, string name = "source.csv")
    {
        File.WriteAllBytes(_folder[name], content);
        return _folder[name];
    }

    public Task<ImportResult> RunAsync(string csv, ImportMap? map = null, ImportOptions? options = null) =>
        RunAsync(Encoding.UTF8.GetBytes(csv), map, options);

    public Task<ImportResult> RunAsync(byte[] csv, ImportMap? map = null, ImportOptions? options = null) =>
        RunFileAsync(Write(csv, $"{Guid.NewGuid():N}.csv"), map, options);

    public async Task<ImportResult> RunFileAsync(string path, ImportMap? map = null, ImportOptions? options = null)
    {
        File.Delete(RejectsFile);
        return await new CustomerImport(database.Source, TimeProvider.System).RunAsync(
            path, map ?? Map(OrderLines), (options ?? new ImportOptions()) with { RejectsFile = RejectsFile }, null, TestContext.Current.CancellationToken);
    }

    public async Task EmptyAsync() => await database.ExecuteAsync(
        "TRUNCATE crm.order_lines, crm.orders, crm.products, crm.consents, crm.interactions, crm.complaints, crm.suppressions, crm.customers, crm.households CASCADE");

    /// <summary>Everything an import wrote, without the numbers the database gave.</summary>
    public Task<string> ContentAsync() => database.ScalarAsync<string>("""
        SELECT coalesce(string_agg(line, E'\n' ORDER BY line COLLATE "C"), '') FROM (
            SELECT concat_ws(';', 'customer', customer_no, country, last_name, attributes) AS line FROM crm.customers
            UNION ALL SELECT concat_ws(';', 'product', product_no, name) FROM crm.products
            UNION ALL SELECT concat_ws(';', 'order', order_no, customer_no, kind, ordered_at AT TIME ZONE 'UTC', amount, quantity) FROM crm.orders LEFT JOIN crm.customers USING (customer_id)
            UNION ALL SELECT concat_ws(';', 'line', order_no, product_no, line_key, l.quantity, unit_price, l.amount)
                      FROM crm.order_lines l JOIN crm.orders USING (order_id) LEFT JOIN crm.products USING (product_id)) x
        """);

    public void Dispose() => _folder.Dispose();
}
