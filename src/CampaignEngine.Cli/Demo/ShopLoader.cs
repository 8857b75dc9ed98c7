using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Cli.Demo;

/// <summary>Counts of a generated shop.</summary>
internal sealed record ShopSize(int Customers, int Orders, int OrderLines);

/// <summary>Fills the crm schema with the generated shop in one transaction, by COPY. The database must be empty.</summary>
internal sealed class ShopLoader(NpgsqlConnection connection)
{
    public async Task<ShopSize> LoadAsync(int customers, int orders, DateTimeOffset today, CancellationToken cancellationToken)
    {
        var people = new ShopPeople(20260310, today).Make(customers);
        List<ShopOrder> bought = [.. new ShopOrders(19970101, today).Make(people, orders)];

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await CopyAsync("COPY crm.households (household_id, household_no, name) FROM STDIN (FORMAT BINARY)",
            people.GroupBy(p => p.Household).Select(g => g.First()), WriteHousehold, cancellationToken);
        await CopyAsync("""
            COPY crm.customers (customer_id, customer_no, household_id, title, first_name, last_name, sex, birth_date, email, mobile,
                street, postal_code, city, region, country, language, time_zone, interests, source, created_at) FROM STDIN (FORMAT BINARY)
            """, people, WriteCustomer, cancellationToken);
        await CopyAsync("COPY crm.consents (customer_id, channel, status, stated_at, source, wording_version) FROM STDIN (FORMAT BINARY)",
            people.SelectMany(Consents), WriteConsent, cancellationToken);
        await CopyAsync("COPY crm.products (product_id, product_no, name, category, price, currency, url) FROM STDIN (FORMAT BINARY)",
            Enumerable.Range(0, ShopNames.Products.Count), WriteProduct, cancellationToken);
        await CopyAsync("COPY crm.orders (order_id, order_no, customer_id, kind, ordered_at, amount, quantity, currency, channel, category, payment_method, country, source) FROM STDIN (FORMAT BINARY)",
            bought, WriteOrder, cancellationToken);
        var lines = bought.SelectMany(o => o.Lines.Select(l => (Order: o, l.Product, l.Quantity))).ToList();
        await CopyAsync("COPY crm.order_lines (order_id, product_id, line_key, category, quantity, unit_price, amount) FROM STDIN (FORMAT BINARY)",
            lines, WriteLine, cancellationToken);
        await CopyAsync("COPY crm.complaints (complaint_no, customer_id, opened_at, status, subject) FROM STDIN (FORMAT BINARY)",
            people.Where(p => p.Id % 311 == 0), WriteComplaint(today), cancellationToken);
        await CopyAsync("COPY crm.suppressions (channel, address, reason, source) FROM STDIN (FORMAT BINARY)",
            people.Where(p => p.Id % 127 == 0 && p.Email?.Contains('@') == true).DistinctBy(p => p.Email), WriteSuppression, cancellationToken);

        foreach ((string table, string column) in new[] { ("households", "household_id"), ("customers", "customer_id"), ("products", "product_id"), ("orders", "order_id") })
        {
            await using var advance = new NpgsqlCommand("SELECT setval(pg_get_serial_sequence(@table, @column), 10000000)", connection);
            advance.Parameters.AddWithValue("table", "crm." + table);
            advance.Parameters.AddWithValue("column", column);
            await advance.ExecuteNonQueryAsync(cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        await using var analyze = new NpgsqlCommand("ANALYZE crm.customers, crm.orders, crm.order_lines, crm.consents", connection);
        await analyze.ExecuteNonQueryAsync(cancellationToken);
        return new ShopSize(people.Count, bought.Count, lines.Count);
    }

    private async Task CopyAsync<T>(string statement, IEnumerable<T> rows, Action<NpgsqlBinaryImporter, T> write, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(statement, cancellationToken);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellationToken);
            write(copy, row);
        }
        await copy.CompleteAsync(cancellationToken);
    }

    private static void WriteHousehold(NpgsqlBinaryImporter copy, ShopPerson person)
    {
        copy.Write(person.Household);
        copy.Write("H" + person.Household.ToString("000000", CultureInfo.InvariantCulture));
        copy.Write(person.LastName);
    }

    private static void WriteCustomer(NpgsqlBinaryImporter copy, ShopPerson person)
    {
        copy.Write(person.Id);
        copy.Write(person.Number);
        copy.Write(person.Household);
        foreach (string? text in new[] { person.Title, person.FirstName, person.LastName, person.Sex })
        {
            copy.Write(text);
        }

        copy.Write(person.BirthDate, NpgsqlDbType.Date);
        foreach (string? text in new[] { person.Email, person.Mobile, person.Street, person.PostalCode, person.City.City, person.City.Region, person.Country.Country, person.Country.Language, person.City.Zone })
        {
            if (string.IsNullOrEmpty(text))
            {
                copy.WriteNull();
            }
            else
            {
                copy.Write(text);
            }
        }
        copy.Write(person.Interests, NpgsqlDbType.Array | NpgsqlDbType.Text);
        copy.Write(person.Source);
        copy.Write(person.Since, NpgsqlDbType.TimestampTz);
    }

    private static IEnumerable<(ShopPerson Person, string Channel, string Status)> Consents(ShopPerson person)
    {
        if (person.EmailConsent is { } email)
        {
            yield return (person, "email", email);
        }

        if (person.SmsConsent is { } sms)
        {
            yield return (person, "sms", sms);
        }
    }

    private static void WriteConsent(NpgsqlBinaryImporter copy, (ShopPerson Person, string Channel, string Status) consent)
    {
        copy.Write(consent.Person.Id);
        copy.Write(consent.Channel);
        copy.Write(consent.Status);
        copy.Write(consent.Person.Since, NpgsqlDbType.TimestampTz);
        copy.Write(consent.Person.Source);
        copy.Write("2024-05");
    }

    private static void WriteProduct(NpgsqlBinaryImporter copy, int index)
    {
        (string no, string name, string category, decimal price) = ShopNames.Products[index];
        copy.Write((long)index + 1);
        copy.Write(no);
        copy.Write(name);
        copy.Write(category);
        copy.Write(price, NpgsqlDbType.Numeric);
        copy.Write("USD");
        copy.Write("https://shop.example/p/" + no);
    }

    private static void WriteOrder(NpgsqlBinaryImporter copy, ShopOrder order)
    {
        copy.Write(order.Id);
        copy.Write("O" + order.Id.ToString("0000000", CultureInfo.InvariantCulture));
        copy.Write(order.Customer.Id);
        copy.Write(order.Kind);
        copy.Write(order.At, NpgsqlDbType.TimestampTz);
        copy.Write(order.Amount, NpgsqlDbType.Numeric);
        copy.Write((decimal)order.Lines.Sum(l => l.Quantity), NpgsqlDbType.Numeric);
        copy.Write("USD");
        copy.Write(order.Channel);
        copy.Write(ShopNames.Products[order.Lines[0].Product].Category);
        copy.Write(order.Channel == "phone" ? "invoice" : "card");
        copy.Write(order.Customer.Country.Country);
        copy.Write("demo");
    }

    private static void WriteLine(NpgsqlBinaryImporter copy, (ShopOrder Order, int Product, int Quantity) line)
    {
        (string no, _, string category, decimal price) = ShopNames.Products[line.Product];
        copy.Write(line.Order.Id);
        copy.Write((long)line.Product + 1);
        copy.Write(no);
        copy.Write(category);
        copy.Write((decimal)line.Quantity, NpgsqlDbType.Numeric);
        copy.Write(price, NpgsqlDbType.Numeric);
        copy.Write(price * line.Quantity, NpgsqlDbType.Numeric);
    }

    private static Action<NpgsqlBinaryImporter, ShopPerson> WriteComplaint(DateTimeOffset today) => (copy, person) =>
    {
        copy.Write("K" + person.Id.ToString(CultureInfo.InvariantCulture));
        copy.Write(person.Id);
        copy.Write(today.AddDays(-(person.Id % 40)), NpgsqlDbType.TimestampTz);
        copy.Write(person.Id % 2 == 0 ? "open" : "closed");
        copy.Write("Parcel arrived late");
    };

    private static void WriteSuppression(NpgsqlBinaryImporter copy, ShopPerson person)
    {
        copy.Write("email");
        copy.Write(person.Email!.Trim());
        copy.Write("imported");
        copy.Write("demo");
    }
}
