using System.Globalization;
using System.Text;
using CampaignEngine.Templating;

namespace CampaignEngine.Benchmarks.Templating;

/// <summary>The two messages that are measured, and their data: a 13 KB HTML mail (25 placeholders, two loops over five orders, three ifs, numbers and dates formatted) and an SMS.</summary>
internal static class BenchmarkMessages
{
    public const string Sms =
        "{{ customer.first_name }}, your {{ offer.title }} waits: {{ offer.discount | math.format '0.#' }}% off until {{ offer.ends_at | date.to_string '%d %b' }}. " +
        "{{ if customer.vip }}Free shipping for you. {{ end }}{{ links.shop }}?c={{ customer.id }} Stop: {{ links.stop }}";

    private static readonly Shape s_order = new("order",
        [new("number", ShapeType.Text), new("product", ShapeType.Text), new("ordered_at", ShapeType.Time), new("quantity", ShapeType.Integer), new("amount", ShapeType.Number)]);

    private static readonly Shape s_customer = new("customer",
    [
        new("id", ShapeType.Integer), new("first_name", ShapeType.Text), new("last_name", ShapeType.Text), new("email", ShapeType.Text), new("city", ShapeType.Text),
        new("country", ShapeType.Text), new("points", ShapeType.Integer), new("balance", ShapeType.Number), new("vip", ShapeType.Boolean), new("joined_at", ShapeType.Time),
    ]);

    private static readonly Shape s_offer = new("offer", [new("title", ShapeType.Text), new("discount", ShapeType.Number), new("ends_at", ShapeType.Time), new("code", ShapeType.Text)]);

    private static readonly Shape s_links = new("links",
        [new("shop", ShapeType.Text), new("online", ShapeType.Text), new("unsubscribe", ShapeType.Text), new("preferences", ShapeType.Text), new("stop", ShapeType.Text)]);

    public static readonly Shape Shape = new("message",
        [new("customer", ShapeType.Object(s_customer)), new("orders", ShapeType.List(s_order)), new("offer", ShapeType.Object(s_offer)), new("links", ShapeType.Object(s_links))]);

    private static readonly DateTimeOffset s_day = new(2026, 3, 10, 9, 0, 0, TimeSpan.Zero);

    /// <summary>About 13 KB; the styled blocks between the placeholders are what such mails are made of.</summary>
    public static string Mail { get; } = BuildMail();

    private static string BuildMail()
    {
        var text = new StringBuilder();
        text.Append("""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>{{ offer.title }}</title></head>
            <body style="margin:0;padding:0;background-color:#f4f1ea;font-family:Arial,Helvetica,sans-serif">
            <div style="display:none;max-height:0;overflow:hidden">{{ customer.first_name }}, {{ offer.discount | math.format '0.#' }} % off until {{ offer.ends_at | date.to_string '%d %B %Y' }}</div>
            <p><a href="{{ links.online }}">View online</a></p>
            <h1>Dear {{ customer.first_name }} {{ customer.last_name | string.upcase }},</h1>
            <p>You have been with us since {{ customer.joined_at | date.to_string '%B %Y' }} and hold {{ customer.points }} points, worth {{ customer.balance | math.format 'N2' }} EUR.</p>
            {{ if customer.vip }}<p class="vip">As one of our best customers in {{ customer.city }}, {{ customer.country }}, you order first.</p>{{ else }}<p>Five more orders make you a VIP.</p>{{ end }}

            """);
        AppendBlocks(text, 10);
        text.Append("""
            {{ if orders.size > 0 }}<h2>What you liked</h2>
            <table width="600">{{ for order in orders }}
            <tr><td>{{ for.index + 1 }}.</td><td>{{ order.product }}</td><td>{{ order.quantity }}</td><td align="right">{{ order.amount | math.format 'N2' }}</td></tr>{{ end }}</table>
            <ul>{{ for order in orders }}
            <li><a href="https://shop.example/orders?n={{ order.number }}">{{ order.number }}</a> of {{ order.ordered_at | date.to_string '%d %b %Y' }}</li>{{ end }}</ul>{{ end }}
            {{ if offer.discount > 5 }}<p>Use the code <b>{{ offer.code }}</b> at <a href="{{ links.shop }}?c={{ customer.id }}">the shop</a>.</p>{{ end }}
            <p style="font-size:12px;color:#777777">Sent to {{ customer.email }}. <a href="{{ links.unsubscribe }}">Unsubscribe</a> <a href="{{ links.preferences }}">Preferences</a></p>
            </body></html>

            """);
        return text.ToString();
    }

    /// <summary>A shorter one, 15.5 KB on the wire, for the customer model of the shop, with the personal fields that it has.</summary>
    public static string MailOfModel { get; } = BuildMailOfModel();

    private static string BuildMailOfModel()
    {
        var text = new StringBuilder();
        text.Append("""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>Spring teas</title></head>
            <body style="margin:0;padding:0;background-color:#f4f1ea;font-family:Arial,Helvetica,sans-serif">
            <div style="display:none;max-height:0;overflow:hidden">{{ customer.first_name ?? 'Dear reader' }}, the first teas of the year are in</div>
            <p><a href="{{ view_online_url }}">View online</a></p>
            <h1>Dear {{ customer.first_name ?? 'reader' }} {{ customer.last_name ?? '' | string.upcase }},</h1>
            <p>You have been with us since {{ customer.created_at | date.to_string '%B %Y' }} as number {{ customer.customer_no }}.</p>
            {{ if customer.country == 'DE' }}<p class="vip">Free delivery in Germany until the end of the month.</p>{{ else }}<p>Delivery to {{ customer.country ?? 'you' }} takes five days.</p>{{ end }}

            """);
        AppendBlocks(text, 6);
        text.Append("""
            {{ if orders.size > 0 }}<h2>What you liked</h2>
            <table width="600">{{ for order in orders limit: 5 }}
            <tr><td>{{ for.index + 1 }}.</td><td>{{ order.category ?? 'tea' }}</td><td>{{ order.quantity | math.format '0' }}</td><td align="right">{{ order.amount | math.format 'N2' }}</td></tr>{{ end }}</table>
            <ul>{{ for order in orders limit: 5 }}
            <li><a href="https://shop.example/orders">{{ order.order_no }}</a> of {{ order.ordered_at | date.to_string '%d %b %Y' }}</li>{{ end }}</ul>{{ end }}
            <p>Every tea in this letter was bought from the people who grew it, in amounts that they set and at prices that we print on the tin. We taste each lot three times: in the garden when it is fired, when the boxes reach us, and once more before the first parcel leaves the house. What does not hold its promise by then goes back, and you will read here why. Of the lots above none is larger than forty kilograms, so please forgive us if your favourite has gone when you come; write to us, and we keep a tin of the next one for you until the end of the summer.</p>
            <p>Use the code <b>SPRING-{{ customer.customer_no }}</b> at <a href="https://shop.example/spring">the shop</a>.</p>
            <p style="font-size:12px;color:#777777">Sent to {{ customer.email ?? '' }}. <a href="{{ unsubscribe_url }}">Unsubscribe</a> <a href="{{ preferences_url }}">Preferences</a></p>
            </body></html>

            """);
        return text.ToString();
    }

    // The part of a mail that is the same for everybody.
    private static void AppendBlocks(StringBuilder text, int count)
    {
        for (var block = 0; block < count; block++)
        {
            text.Append(CultureInfo.InvariantCulture, $"""
                <table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" align="center" style="width:600px;max-width:100%;border-collapse:collapse;background-color:#ffffff">
                <tr><td width="280" valign="top" style="padding:24px 12px 24px 24px"><img src="https://img.shop.example/spring/oolong-{block}.jpg" width="264" height="176" alt="High mountain oolong, picked by hand in the first week of April" style="display:block;width:100%;height:auto;border:0"></td>
                <td width="320" valign="top" style="padding:24px 24px 24px 12px;font-size:15px;line-height:22px;color:#33302b"><h2 style="margin:0 0 8px;font-size:20px;line-height:26px;color:#1f4d3a">From the gardens above the clouds</h2>
                <p style="margin:0 0 12px">The leaves are withered in the sun, tossed through the night and roasted three times over charcoal, which gives the cup its notes of orchid, honey and warm bread. Three minutes at ninety degrees, and the same leaves will give four more infusions.</p>
                <p style="margin:0"><a href="https://shop.example/tea/oolong-{block}" style="display:inline-block;padding:10px 20px;background-color:#1f4d3a;color:#ffffff;text-decoration:none;border-radius:4px">See this tea</a></p></td></tr></table>

                """);
        }
    }

    public static Row Fill()
    {
        var row = new Row(Shape);
        row.SetInteger(Shape.Slot("customer.id"), 48151);
        foreach (var (path, value) in new[]
        {
            ("customer.first_name", "Ottilie"), ("customer.last_name", "Brandt"), ("customer.email", "ottilie.brandt@mail.example"), ("customer.city", "Göttingen"), ("customer.country", "DE"),
            ("offer.title", "Spring oolong"), ("offer.code", "SPRING-7K2Q"), ("links.shop", "https://shop.example/spring"), ("links.online", "https://t.shop.example/v/8fJ2kLm0"),
            ("links.unsubscribe", "https://t.shop.example/u/8fJ2kLm0"), ("links.preferences", "https://t.shop.example/p/8fJ2kLm0"), ("links.stop", "https://t.shop.example/s/8f"),
        })
        {
            row.SetText(Shape.Slot(path), Encoding.UTF8.GetBytes(value));
        }

        row.SetInteger(Shape.Slot("customer.points"), 1240);
        row.SetNumber(Shape.Slot("customer.balance"), 1012.4m);
        row.SetBoolean(Shape.Slot("customer.vip"), true);
        row.SetTime(Shape.Slot("customer.joined_at"), s_day.AddYears(-4));
        row.SetNumber(Shape.Slot("offer.discount"), 12.5m);
        row.SetTime(Shape.Slot("offer.ends_at"), s_day.AddDays(14));
        for (var i = 1; i <= 5; i++)
        {
            var order = row.List(Shape.Slot("orders")).Add();
            order.SetText(s_order.Slot("number"), Encoding.UTF8.GetBytes($"A-20260{i}"));
            order.SetText(s_order.Slot("product"), Encoding.UTF8.GetBytes($"Dong Ding oolong, {i * 50} g"));
            order.SetTime(s_order.Slot("ordered_at"), s_day.AddDays(-11 * i));
            order.SetInteger(s_order.Slot("quantity"), i);
            order.SetNumber(s_order.Slot("amount"), 18.9m * i);
        }

        return row;
    }
}
