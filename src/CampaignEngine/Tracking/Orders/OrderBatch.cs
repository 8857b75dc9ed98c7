using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using CampaignEngine.Authoring;

namespace CampaignEngine.Tracking.Orders;

/// <summary>
/// Orders of a shop, a JSON object a line: <c>order</c> (its number), <c>at</c> (ISO 8601 with offset), <c>amount</c>, and where known <c>kind</c> (sale, return or
/// cancellation), <c>currency</c>, <c>customer</c>, <c>email</c>, <c>phone</c>, <c>keycode</c>, <c>coupon</c> and <c>fields</c> of the model's order table.
/// </summary>
public sealed record OrderBatch(IReadOnlyList<ShopOrder> Orders, IReadOnlyList<RefusedLine> Refused)
{
    /// <summary>Lines that one batch may have.</summary>
    public const int MostLines = 5000;

    private const int LongestText = 200;
    private const decimal LargestAmount = 999_999_999_999.99m;
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(1);
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 4 };
    private static readonly string[] Keys = ["order", "at", "amount", "kind", "currency", "customer", "email", "phone", "keycode", "coupon", "fields"];

    /// <param name="now">A shop's clock may be an hour ahead of it.</param>
    public static OrderBatch Read(ReadOnlyMemory<byte> lines, OrderTable table, DateTimeOffset now)
    {
        var (orders, refused) = (new List<ShopOrder>(), new List<RefusedLine>());
        foreach (var (number, line) in BatchLines.Of(lines, MostLines, refused))
        {
            var (order, why) = ReadLine(number, line, table, now);
            if (order is not null)
            {
                orders.Add(order);
            }
            else
            {
                refused.Add(new RefusedLine(number, why!));
            }
        }

        return new OrderBatch(orders, refused);
    }

    private static (ShopOrder? Order, string? Why) ReadLine(int number, ReadOnlyMemory<byte> line, OrderTable table, DateTimeOffset now)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Reading);
            var order = document.RootElement;
            if (order.ValueKind != JsonValueKind.Object)
            {
                return (null, "is no JSON object");
            }

            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var member in order.EnumerateObject())
            {
                if (!Keys.Contains(member.Name) || !seen.Add(member.Name))
                {
                    return (null, seen.Contains(member.Name) ? $"has '{member.Name}' twice" : $"has an unknown key '{Shown.Text(member.Name)}'{Suggestion.For(member.Name, Keys)}; the keys are {string.Join(", ", Keys)}");
                }
            }

            return Read(number, order, table, now, line);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Broken JSON, or text that is no UTF-8.
            return (null, "is no JSON object");
        }
    }

    private static (ShopOrder? Order, string? Why) Read(int line, JsonElement order, OrderTable table, DateTimeOffset now, ReadOnlyMemory<byte> bytes)
    {
        string? Text(string key) => order.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        var wrong = Keys.Where(k => k is not ("amount" or "fields") && order.TryGetProperty(k, out var v) && v.ValueKind is not (JsonValueKind.String or JsonValueKind.Null)).FirstOrDefault()
            ?? Keys.FirstOrDefault(k => Text(k) is { } t && (t.Length > LongestText || t.Any(char.IsControl)));
        if (wrong is not null)
        {
            return (null, $"has no text of at most {LongestText} characters in '{wrong}'");
        }

        if (Text("order") is not { Length: > 0 } name)
        {
            return (null, "has no order number in 'order'");
        }

        if (!BatchLines.TryTime(Text("at"), out var at) || at > now + Ahead)
        {
            return (null, BatchLines.NoTime(now));
        }

        if (!order.TryGetProperty("amount", out var written) || written.ValueKind != JsonValueKind.Number || !written.TryGetDecimal(out var amount) || Math.Abs(amount) > LargestAmount || decimal.Round(amount, 2) != amount)
        {
            return (null, "has no amount with at most two decimals in 'amount'");
        }

        var kind = Text("kind") ?? "sale";
        if (kind is not ("sale" or "return" or "cancellation"))
        {
            return (null, $"has the kind '{Shown.Text(kind)}'; write sale, return or cancellation");
        }

        if (kind == "sale" ? amount < 0 : amount > 0)
        {
            return (null, kind == "sale" ? "is a sale of a negative amount; hand it in as a return or cancellation" : $"is a {kind} of a positive amount; what is given back is negative");
        }

        if (Text("currency") is { } currency && !Currencies.Contains(currency))
        {
            return (null, $"has the currency '{Shown.Text(currency)}'; write a code of ISO 4217, such as USD");
        }

        (int, int)? keycode = null;
        if (Text("keycode") is { Length: > 0 } code)
        {
            if (!Keycodes.TryRead(code, out var mailing, out var ordinal))
            {
                return (null, $"has '{Shown.Text(code)}' for a keycode, whose check character does not fit");
            }

            keycode = (mailing, ordinal);
        }

        if (Text("coupon") is { Length: > 0 } && table.Entity.Coupon is null)
        {
            return (null, $"has a coupon, and {table.Entity.Name} of model.yaml say in no field which one an order has; add for example 'coupon: FIELD'");
        }

        var fields = new JsonObject();
        if (order.TryGetProperty("fields", out var further) && further.ValueKind != JsonValueKind.Null)
        {
            if (further.ValueKind != JsonValueKind.Object)
            {
                return (null, "has no JSON object in 'fields'");
            }

            foreach (var field in further.EnumerateObject())
            {
                if (table.Put(fields, field.Name, field.Value) is { } fault)
                {
                    return (null, fault);
                }
            }
        }

        return (new ShopOrder(line, name, at, kind, amount, Text("currency"), Text("customer"), Text("email"), Text("phone"), keycode, Text("coupon"), fields, SHA256.HashData(bytes.Span)[..16]), null);
    }
}
