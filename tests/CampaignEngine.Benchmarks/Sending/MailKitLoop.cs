using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using CampaignEngine.Benchmarks.Templating;
using CampaignEngine.Rendering;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Npgsql;
using Scriban;
using Scriban.Runtime;

namespace CampaignEngine.Benchmarks.Sending;

/// <summary>
/// What a careful developer writes over Scriban and MailKit: templates parsed once, people and orders read 250 at a time, one connection a lane kept
/// open with TCP_NODELAY. The same template and links as the engine; nothing is recorded. Only part of builds with <c>-p:WithMailKitLoop=true</c>.
/// </summary>
internal sealed partial class MailKitLoop
{
    private const int Block = 250;

    private const string PeopleStatement = """
        SELECT i.ordinal, i.address, c.customer_id, c.customer_no, c.first_name, c.last_name, c.country, c.created_at
        FROM engine.mailing_item i JOIN crm.customers c ON c.customer_id = i.customer_key::bigint
        WHERE i.mailing_id = (SELECT mailing_id FROM engine.mailing WHERE campaign = 'bench-send') AND i.ordinal >= $1 AND i.ordinal < $2
        """;

    private const string OrdersStatement = "SELECT customer_id, order_no, category, quantity, amount, ordered_at FROM crm.orders WHERE customer_id = ANY ($1)";

    private readonly Template _html;
    private readonly Template _text;
    private readonly int _links;
    private readonly SendWorkspace _workspace;
    private readonly int _most;
    private int _next = 1;
    private long _sent;
    private long _bytes;

    private MailKitLoop(SendWorkspace workspace, int most)
    {
        var links = 0;
        var html = ShopLink().Replace(BenchmarkMessages.MailOfModel, _ => string.Create(CultureInfo.InvariantCulture, $"\"{{{{ links[{links++}] }}}}\""));
        (_workspace, _most, _links) = (workspace, most, links);
        _html = Template.Parse(html.Replace("</body>", "<img src=\"{{ pixel }}\" width=\"1\" height=\"1\" alt=\"\" style=\"display:block;border:0\"></body>", StringComparison.Ordinal));
        _text = Template.Parse(Blank().Replace(Markup().Replace(Anchor().Replace(Hidden().Replace(html, ""), "$2 ($1)"), ""), "\n"));
    }

    public static async Task<(long Sent, long Bytes)> RunAsync(SendWorkspace workspace, int most, CancellationToken cancellationToken)
    {
        var loop = new MailKitLoop(workspace, most);
        var relay = workspace.Services.Settings.Routes.Values.Single();
        await Task.WhenAll(Enumerable.Range(0, relay.Connections).Select(_ => Task.Run(() => loop.SendAsync(relay.Host, relay.Port, cancellationToken), cancellationToken)));
        return (loop._sent, loop._bytes * loop._sent);
    }

    private async Task SendAsync(string host, int port, CancellationToken cancellationToken)
    {
        // Whose mailing the links name makes no difference to their cost.
        var urls = MessageUrls.Of(_workspace.Services.Settings.Web.BaseUrl, _workspace.Services.Tokens, mailingId: 1);
        var sender = _workspace.Services.Settings.Senders.Single();
        var from = new MailboxAddress(sender.From.DisplayName, sender.From.Address.Text);
        var returnPath = new MailboxAddress("", sender.ReturnPath!.Value.Text);
        var context = new TemplateContext();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Parse(host), port, cancellationToken);
        using var client = new SmtpClient();
        await client.ConnectAsync(socket, host, port, SecureSocketOptions.None, cancellationToken);
        while (await ReadAsync(Interlocked.Add(ref _next, Block) - Block, cancellationToken) is { Count: > 0 } people)
        {
            foreach (var person in people)
            {
                using var message = Compose(person, urls, from, context);
                if (person.Ordinal == 1)
                {
                    // The size of one tells that they are as large as the engine's; measuring all of them would slow the loop down.
                    using var counted = new MemoryStream();
                    await message.WriteToAsync(counted, cancellationToken);
                    _bytes = counted.Length;
                }

                await client.SendAsync(message, returnPath, [new MailboxAddress("", person.Address)], cancellationToken);
                Interlocked.Increment(ref _sent);
            }
        }

        await client.DisconnectAsync(quit: true, cancellationToken);
    }

    private MimeMessage Compose(Person person, MessageUrls urls, MailboxAddress from, TemplateContext context)
    {
        var unsubscribe = urls.Unsubscribe(person.Ordinal);
        var values = new ScriptObject
        {
            ["customer"] = person.Customer,
            ["orders"] = person.Orders,
            ["links"] = new ScriptArray(Enumerable.Range(1, _links).Select(link => urls.Click!(person.Ordinal, link))),
            ["pixel"] = urls.Open!(person.Ordinal),
            ["unsubscribe_url"] = unsubscribe,
            ["preferences_url"] = urls.Preferences(person.Ordinal),
            ["view_online_url"] = urls.ViewOnline(person.Ordinal),
        };
        var message = new MimeMessage
        {
            Subject = $"{person.Customer["first_name"] ?? "Dear reader"}, the spring teas are in",
            Body = new BodyBuilder { HtmlBody = Render(_html), TextBody = Render(_text) }.ToMessageBody(),
        };
        message.From.Add(from);
        message.To.Add(new MailboxAddress("", person.Address));
        message.Headers.Add(HeaderId.ListUnsubscribe, $"<{unsubscribe}>");
        message.Headers.Add(HeaderId.ListUnsubscribePost, "List-Unsubscribe=One-Click");
        return message;

        string Render(Template template)
        {
            context.Reset();
            context.PushCulture(CultureInfo.InvariantCulture);
            context.PushGlobal(values);
            return template.Render(context);
        }
    }

    private async Task<List<Person>> ReadAsync(int from, CancellationToken cancellationToken)
    {
        var people = new Dictionary<long, Person>();
        await using (var command = _workspace.Source.CreateCommand(PeopleStatement))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = from });
            command.Parameters.Add(new NpgsqlParameter { Value = Math.Min(from + Block, _most + 1) });
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                var customer = new ScriptObject
                {
                    ["customer_no"] = rows.GetString(3), ["first_name"] = rows.GetString(4), ["last_name"] = rows.GetString(5), ["country"] = rows.GetString(6),
                    ["created_at"] = rows.GetDateTime(7), ["email"] = rows.GetString(1),
                };
                people.Add(rows.GetInt64(2), new Person(rows.GetInt32(0), rows.GetString(1), customer, []));
            }
        }

        await using (var command = _workspace.Source.CreateCommand(OrdersStatement))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = people.Keys.ToArray() });
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                people[rows.GetInt64(0)].Orders.Add(new ScriptObject
                {
                    ["order_no"] = rows.GetString(1), ["category"] = rows.GetString(2), ["quantity"] = rows.GetDecimal(3), ["amount"] = rows.GetDecimal(4), ["ordered_at"] = rows.GetDateTime(5),
                });
            }
        }

        return [.. people.Values];
    }

    private sealed record Person(int Ordinal, string Address, ScriptObject Customer, ScriptArray Orders);

    [GeneratedRegex("\"https://shop.example/[^\"]*\"")]
    private static partial Regex ShopLink();

    [GeneratedRegex("<title>.*?</title>|<div style=\"display:none.*?</div>", RegexOptions.Singleline)]
    private static partial Regex Hidden();

    [GeneratedRegex("<a href=\"([^\"]*)\"[^>]*>(.*?)</a>")]
    private static partial Regex Anchor();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Markup();

    [GeneratedRegex(@"\n\s*\n")]
    private static partial Regex Blank();
}
