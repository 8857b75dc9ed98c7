using System.Globalization;
using System.Net;
using System.Text;
using CampaignEngine.Mail.Tests.Support;
using CampaignEngine.Rendering;
using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Channels;

/// <summary>The preset 'kannel' against the real Kannel: messages through it, its delivery reports, and what people write back. Skipped where it is not installed.</summary>
public sealed class KannelTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Help = "Hill & Leaf Tea. STOP ends it.";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TextsReportsAndAnswersGoThroughKannel()
    {
        await using var kannel = new Kannel();
        using var folder = new TempDirectory("kannel-shop");
        var web = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ForeignProgram.FreePort()}");
        await kannel.StartAsync(web + "/sms/texts/inbound", Token);
        File.Copy(Path.Combine(Repository.Root, "model.yaml"), folder["model.yaml"]);
        folder.Write("engine.yaml", string.Create(CultureInfo.InvariantCulture, $$$"""
            web: { base_url: "{{{web}}}" }
            routes:
              texts:
                http:
                  preset: kannel
                  url: http://127.0.0.1:{{{kannel.SendPort}}}/cgi-bin/sendsms
                  webhooks: { signature: token, answers: { help: "{{{Help}}}" } }
                user: {{{Kannel.User}}}
                password: { env: KANNEL_PASSWORD }
            senders:
              shop: { sms: { route: texts, id: HillLeaf } }
            """));
        var names = new[] { "Jürgen", "小明🍵", string.Concat(Enumerable.Repeat("Tea", 60)) };
        await FreezeAsync(names);

        using var serve = CampaignProcess.Start(
            folder.FullName, ["serve", "--listen", web], new Dictionary<string, string?> { ["CAMPAIGN_DATABASE"] = database.ConnectionString, ["KANNEL_PASSWORD"] = Kannel.Password });
        await serve.ReadErrorsUntilAsync("listening on", Token);

        // The third is too long for one segment, and every report came with the token that its message carried.
        await HoldsAsync(() => Task.FromResult(kannel.Delivered.Count == 4));
        await HoldsAsync(async () => await database.ScalarAsync<long>("SELECT count(DISTINCT ordinal) FROM engine.event WHERE kind = 'delivered'") == names.Length);
        Assert.Equal(names.Length, await database.ScalarAsync<long>("SELECT count(*) FROM engine.send_outcome WHERE outcome = 'accepted'"));
        Assert.Equal([Text(1, names[0]), Text(2, names[1]), Text(3, names[2])], Enumerable.Range(1, 3).Select(n => Arrived(kannel, n)));

        await kannel.WriteAsync($"{FrozenMailing.Telephone(1)} 100 text Help", Token);
        await HoldsAsync(() => Task.FromResult(kannel.Delivered.Contains($"100 {FrozenMailing.Telephone(1)} text {Help}")));
        await kannel.WriteAsync($"{FrozenMailing.Telephone(2)} 100 text stop", Token);
        await HoldsAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM engine.suppression WHERE reason = 'stop'") == 1);

        // "停止", which no GSM text can hold.
        await kannel.WriteAsync($"{FrozenMailing.Telephone(3)} 100 ucs2 %50%5C%6B%62", Token);
        await HoldsAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM engine.suppression WHERE reason = 'stop'") == 2);
    }

    private static string Text(int n, string name) => $"HillLeaf {FrozenMailing.Telephone(n)} Grüße {name}: €5 [tea]";

    private async Task FreezeAsync(string[] names)
    {
        await database.ExecuteAsync(string.Join(";", names.Select((name, i) =>
            $"INSERT INTO crm.customers (customer_no, first_name, mobile) VALUES ('T{i + 1}', '{name}', '{FrozenMailing.Telephone(i + 1)}')")));
        var content = new MailingContent
        {
            Campaign = "kannel", Marketing = true, Drop = "text", Channel = "sms", Sender = "shop", People = "customers", TemplateName = "sms/text", Text = "Grüße {{ customer.first_name }}: €5 [tea]\n",
        };
        await new FrozenMailing { Campaign = "kannel", Drop = "text", Channel = "sms", People = names.Length, Definition = content.ToJson() }.FreezeAsync(database.Source, Token);
    }

    // "HillLeaf +886... text Grüße", "... ucs-2 %00G...", "... udh %05%00... data Gr%FC": parts joined in the order of their numbers.
    private static string Arrived(Kannel kannel, int n)
    {
        var lines = kannel.Delivered.Select(line => line.Split(' ', 4)).Where(parts => parts[1] == FrozenMailing.Telephone(n)).ToList();
        var texts = lines.OrderBy(parts => parts[3], StringComparer.Ordinal).Select(parts => parts[2] switch
        {
            "text" => parts[3],
            "ucs-2" => Encoding.BigEndianUnicode.GetString(WebUtility.UrlDecodeToBytes(Encoding.ASCII.GetBytes(parts[3]), 0, parts[3].Length)!),
            _ => WebUtility.UrlDecode(parts[3].Split(' ', 3)[2]),
        });
        return $"{lines[0][0]} {lines[0][1]} {string.Concat(texts)}";
    }

    private static async Task HoldsAsync(Func<Task<bool>> condition) => Assert.True(await Eventually.IsTrueAsync(condition, Token));
}
