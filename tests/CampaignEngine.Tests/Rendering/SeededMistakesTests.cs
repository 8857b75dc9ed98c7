using CampaignEngine.Authoring;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Rendering;

/// <summary>
/// Mistakes as marketers make them, put into the shipped templates one at a time. Each is found when the workspace is validated: at its place (the
/// place is marked « in the seed), with the text that says how to fix it, and with nothing else reported.
/// </summary>
public sealed class SeededMistakesTests
{
    private const string Mail = "templates/email/spring-tea.sbn-html";
    private const string Text = "templates/email/second-cup.sbn-txt";
    private const string Sms = "templates/sms/spring-tea.sbn-txt";
    private const string Header = "templates/partials/header.sbn-html";
    private const string Footer = "templates/partials/footer.sbn-html";
    private const string Campaign = "campaigns/spring-tea.yaml";

    private const string Offer = "<strong>{{ offer }}</strong>";

    [Fact]
    public void TheShippedTemplatesRaiseNoAlarm() => Assert.Empty(Validate(Repository.Root));

    public static TheoryData<string, string, string, string> Seeds => new()
    {
        // Names
        { Mail, Offer, "{{ «offr }}", "error CE3402: unknown name `offr`; did you mean `offer`?" },
        { Mail, Offer, "{{ customer.«frist_name ?? '' }}", "error CE3401: unknown member `frist_name` of customer; did you mean `first_name`?" },
        { Mail, Offer, "{{ customer.«First_Name ?? '' }}", "error CE3401: unknown member `First_Name` of customer; did you mean `first_name`?" },
        { Mail, Offer, "{{ customer.«buying_rle ?? '' }}", "error CE3401: unknown member `buying_rle` of customer; did you mean `buying_role` (role in purchasing: decides, advises, uses, buys)?" },
        { Mail, Offer, "{{ customer[«'fist_name'] ?? '' }}", "error CE3401: unknown member `fist_name` of customer; did you mean `first_name`?" },
        { Mail, Offer, "{{ for o in orders }}{{ o.«amunt }}{{ end }}", "error CE3401: unknown member `amunt` of orders; did you mean `amount` (sum of the lines; negative for cancellations)?" },
        { Mail, Offer, "{{ for o in orders; for l in o.lines }}{{ l.product?.«nam ?? '' }}{{ end; end }}", "error CE3401: unknown member `nam` of product; did you mean `name`?" },
        { Mail, Offer, "{{ vars.«ofer }}", "error CE3401: unknown member `ofer` of vars; did you mean `offer`?" },
        { Mail, Offer, "{{ campaign.«titel }}", "error CE3401: unknown member `titel` of campaign; did you mean `title`?" },
        { Mail, Offer, "{{ for o in orders }}{{ «for.indx }}{{ end }}", "error CE3001: there is no loop variable for.indx; known are index, first, even, odd, last, changed, length, rindex" },
        { Mail, Offer, "{{ customer.created_at.«yaer }}", "error CE3401: unknown member `yaer` of `customer.created_at`; did you mean `year`?" },
        { Mail, Offer, "{{ orders | array.map «'amuont' | array.join ', ' }}", "error CE3401: unknown member `amuont` of orders; did you mean `amount` (sum of the lines; negative for cancellations)?" },
        { Mail, Offer, "{{ «total }}", "error CE3402: unknown name `total`" },
        { Footer, "sender.postal_address", "sender.«postal_adress", "error CE3401: unknown member `postal_adress` of sender; did you mean `postal_address`?" },

        // Functions
        { Mail, Offer, "{{ offer | string.«upcse }}", "error CE3403: unknown function `string.upcse`; did you mean `upcase`?" },
        { Mail, Offer, "{{ offer | «upcase }}", "error CE3403: unknown function `upcase`; did you mean `string.upcase`?" },
        { Mail, Offer, "{{ «mony 5 'EUR' }}", "error CE3403: unknown function `mony`; did you mean `money`?" },
        { Mail, Offer, "{{ «offer 1 }}", "error CE3403: `offer` is a text, not a function" },
        { Mail, Offer, "{{ offer | string.truncate« }}", "error CE3404: string.truncate needs 2 arguments and gets 1: string.truncate <text> <length> <ellipsis>?" },
        { Mail, Offer, "{{ offer | string.upcase «1 }}", "error CE3404: string.upcase takes 1 argument and gets 2: string.upcase <text>" },
        { Mail, Offer, "{{ money 5 «curency:'EUR' }}", "error CE3404: money has no argument `curency`; did you mean `currency`?" },
        { Mail, Offer, "{{ money 5 «'EURO' }}", "error CE3420: `EURO` is no currency; write its three letters, such as EUR" },
        { Mail, Offer, "{{ local_date customer.created_at «'lng' }}", "error CE3420: `lng` is no style of a date; did you mean 'long'?" },
        { Sms, "\"https://shop.example/s\"", "«\"shop.example/s\"", "error CE3420: link needs a whole address with http:// or https://, and `shop.example/s` is none" },

        // Types
        { Mail, Offer, "{{ «offer | math.round 2 }}", "error CE3405: `value` of math.round is a number; `offer` is a text; turn it into a number with string.to_int or string.to_double" },
        { Mail, Offer, "{{ «customer.customer_no | date.to_string '%F' }}", "error CE3405: `datetime` of date.to_string is a date; `customer.customer_no` is a text; turn it into a date with date.parse" },
        { Mail, Offer, "{{ money «customer.customer_no }}", "error CE3405: `amount` of money is a number; `customer.customer_no` is a text; turn it into a number with string.to_int or string.to_double" },
        { Mail, Offer, "{{ customer.customer_no «- 1 }}", "error CE3406: - does not work between a text and an integer" },
        { Mail, Offer, "{{ if customer.created_at «> '2026-01-01'; 'new'; end }}", "error CE3406: a date and a text cannot be compared; turn the text into a date with date.parse" },
        { Mail, Offer, "{{ orders.«amount }}", "error CE3401: `orders` is a list and has no member amount; it has size" },
        { Mail, Offer, "{{ customer.last_name?.«length }}", "error CE3401: `customer.last_name` is a text and has no member length; it has size" },
        { Mail, Offer, "{{ for x in «customer.order_count; x; end }}", "error CE3406: `customer.order_count` is an integer and cannot be looped over; a list or a range can" },
        { Mail, Offer, "{{ for x in «offer; x; end }}", "warning CE3419: `offer` is a text: the loop goes over its single characters; string.split makes a list of its parts" },
        { Mail, Offer, "{{ for o in orders «limt: 3; o.order_no; end }}", "error CE3404: a loop has no option `limt`; did you mean `limit`?" },
        { Mail, Offer, "{{ «customer }}", "error CE3409: `customer` is an object (customer) and cannot be printed; print a member of it, or loop over it" },
        { Mail, Offer, "{{ «orders }}", "error CE3409: `orders` is a list and cannot be printed; print a member of it, or loop over it" },
        { Mail, Offer, "{{ for i in 1..«customer.customer_no; i; end }}", "error CE3406: a range needs integers; `customer.customer_no` is a text" },
        { Mail, Offer, "{{ customer.created_at | date.to_string «'yyyy-MM-dd' }}", "warning CE3417: the pattern `'yyyy-MM-dd'` has no % code and prints itself; a day is written %Y-%m-%d or %d %B %Y" },
        { Mail, Offer, "{{ customer.created_at | date.to_string «'%E' }}", "warning CE3417: the pattern `'%E'` has the code %E, which no date has and which prints itself" },
        { Mail, Offer, "{{ func half(x); ret x «/ 2; end }}{{ half customer.customer_no }}", "error CE3406: / does not work between a text and an integer" },
        { Mail, Offer, "{{ func shout(x); ret x | string.upcase; end }}{{ shout offer «1 }}", "error CE3404: shout takes 1 argument and gets 2: shout <x>" },
        { Mail, Offer, "{{ orders | array.each @(do; ret $0.«amunt; end) | array.join ', ' }}", "error CE3401: unknown member `amunt` of orders; did you mean `amount` (sum of the lines; negative for cancellations)?" },

        // Nulls
        { Mail, Offer, "{{ «customer.first_name }}", Hole("customer.first_name") },
        { Mail, Offer, "{{ «customer.first_name | string.capitalize }}", Hole("customer.first_name") },
        { Mail, Offer, "{{ 'Dear ' + «customer.last_name }}", Hole("customer.last_name") },
        { Mail, Offer, "{{ if customer.first_name }}{{ «customer.last_name }}{{ end }}", Hole("customer.last_name") },
        { Mail, Offer, "{{ for o in orders }}{{ «o.note }}{{ end }}", Hole("o.note") },
        { Mail, Offer, "{{ «customer.balance | money 'EUR' }}", Hole("customer.balance") },
        { Mail, Offer, "{{ func dear(name) }}Dear {{ «name }}{{ end }}{{ dear customer.first_name }}", Hole("name") },
        { Mail, Offer, "{{ x = customer.city }}{{ «x }}", Hole("x") },
        { Mail, Offer, "{{ customer.household.«household_no ?? '' }}", "error CE3411: `customer.household` may be null, and then it has no member household_no; write customer.household?.household_no or guard it with if" },
        { Mail, Offer, "{{ orders[0].«order_no ?? '' }}", "error CE3411: `orders[0]` may be null, and then it has no member order_no; write orders[0]?.order_no or guard it with if" },
        { Campaign, "{{ customer.first_name ?? 'Hello' }}, your", "{{ «customer.first_name }}, your", "warning CE3410: subject: `customer.first_name` may be null and would leave a hole in the text; give a default (customer.first_name ?? \"...\") or guard it with if" },
        { Campaign, "{{ customer.first_name ?? 'Hello' }}, your", "{{ customer.«frst_name ?? 'Hello' }}, your", "error CE3401: subject: unknown member `frst_name` of customer; did you mean `first_name`?" },
        { Mail, Offer, "{{ «later }}{{ later = 1 }}", "warning CE3410: `later` has no value here and would leave a hole in the text: it gets one only further down" },
        { Mail, Offer, "{{ «customer.city || 'your town' }}", "warning CE3418: `customer.city || 'your town'` prints true or false; for a default write ?? instead of ||" },

        // Branches
        { Mail, Offer, "{{ if cell == «'fre-shipping'; offer; end }}", "error CE3412: `cell` is never 'fre-shipping': this branch is dead; did you mean `free-shipping`?" },
        { Mail, Offer, "{{ if cell == «'Free-Shipping'; offer; end }}", "error CE3412: `cell` is never 'Free-Shipping': this branch is dead; did you mean `free-shipping`?" },
        { Mail, Offer, "{{ if cell != «'ten-percnt'; offer; end }}", "error CE3412: `cell` is never 'ten-percnt': this always holds; did you mean `ten-percent`?" },
        { Mail, Offer, "{{ case cell; when 'free-shipping'; offer; when «'ten-procent'; offer; end }}", "error CE3412: `cell` is never 'ten-procent': this branch is dead; did you mean `ten-percent`?" },
        { Mail, Offer, "{{ case cell; when 'free-shipping'; offer; when «'free-shipping'; offer; end }}", "warning CE3413: this branch is never taken: an earlier `when` has `'free-shipping'` already" },
        { Mail, Offer, "{{ if cell == 'ten-percent'; offer; else if «cell == 'ten-percent'; offer; end }}", "warning CE3413: this branch is never taken: an earlier one of the same `if` has the condition `cell == 'ten-percent'` already" },
        { Mail, Offer, "{{ [«'free', 'ten-percent'] | array.contains cell ? offer : '' }}", "error CE3412: `cell` is never 'free': this branch is dead; known are free-shipping, ten-percent" },
        { Mail, Offer, "{{ if offer == «'Free shiping'; offer; end }}", "error CE3412: `offer` is never 'Free shiping': this branch is dead; did you mean `Free shipping`?" },
        { Text, "drop == \"reminder\"", "drop == «\"remindr\"", "error CE3412: `drop` is never \"remindr\": this branch is dead; did you mean `reminder`?" },
        { Text, "drop == \"reminder\"", "cell == «\"free-shipping\"", "error CE3412: `cell` has no value here: this branch is dead" },
        { Mail, Offer, "{{ if «orders; offer; end }}", "warning CE3414: `orders` is a list and always counts as true, even when it is empty; write orders.size > 0" },
        { Mail, Offer, "{{ if «customer.order_count; offer; end }}", "warning CE3414: `customer.order_count` is a number and always counts as true, also when it is 0; write customer.order_count > 0" },
        { Sms, " Stop:", "{{ ret }}« Stop:", "warning CE3415: this is never reached: what stands before it always ends here; move it up, or put the end under a condition" },
        { Mail, Offer, "{{ for o in orders }}{{ break }}«<b>{{ o.order_no }}</b>{{ end }}", "warning CE3415: this is never reached: what stands before it always ends here; move it up, or put the end under a condition" },

        // Structure
        { Mail, Offer, "{{ include «\"fotter.sbn-html\" }}", "error CE3407: there is no template `fotter.sbn-html` to include; did you mean `footer.sbn-html`?" },
        { Mail, "<a href=\"https://shop.example/spring-harvest\"", "<a href={{ «link \"https://shop.example/x\" }}", "error CE3301: a value cannot be made safe in an attribute without quotes; put quotes around the attribute" },
        { Mail, Offer, "<script>var x = \"{{ «offer }}\"</script>", "error CE3301: a value cannot be made safe inside <script>; move it out, or add `| raw` when the value is yours and safe there" },
        { Header, "a { color: #1f6f4a; }", "a { color: {{ «offer }}; }", "error CE3301: a value cannot be made safe inside <style>; move it out, or add `| raw` when the value is yours and safe there" },
    };

    [Theory]
    [MemberData(nameof(Seeds))]
    public void AMistakeIsFoundAtItsPlaceWithItsFix(string file, string old, string seed, string expected)
    {
        var problems = Seed(file, old, seed, out var place);

        Assert.Equal(expected is null ? "" : $"{file}({place.Line},{place.Column}): {expected}", string.Join('\n', problems));
    }

    [Fact]
    public void MarketingMailWithoutAnUnsubscribeLinkIsRefused()
    {
        Assert.Equal(
            [
                "templates/email/spring-tea.sbn-html(1,1): error CE3010: the drop 'announce' is marketing and its message has no unsubscribe link; add '<a href=\"{{ unsubscribe_url }}\">Unsubscribe</a>', or write 'purpose: service' in the campaign",
            ],
            Seed(Mail, "{{~ include \"footer.sbn-html\" ~}}", "</td></tr></table></td></tr></table></body></html>{{ # unsubscribe_url }}", out _));
        Assert.Equal(
            [
                "templates/email/second-cup.sbn-txt(1,1): warning CE3011: the drop 'invite' is marketing and its text part has no unsubscribe link, though the HTML part has one; add 'Unsubscribe: {{ unsubscribe_url }}'",
                "templates/email/second-cup.sbn-txt(1,1): warning CE3011: the drop 'reminder' is marketing and its text part has no unsubscribe link, though the HTML part has one; add 'Unsubscribe: {{ unsubscribe_url }}'",
            ],
            Seed(Text, "Unsubscribe: {{ unsubscribe_url }}", "", out _));
    }

    [Fact]
    public void AHoleThatAnArgumentMakesInAPartialIsReportedThere()
    {
        Assert.Equal(
            ["templates/partials/header.sbn-html(9,11): warning CE3410: `$1` may be null and would leave a hole in the text; give a default ($1 ?? \"...\") or guard it with if"],
            Seed(Mail, "campaign.title ~", "customer.city ~", out _));
    }

    [Theory]
    [InlineData("{{ if orders.size > 0 }}{{ orders[0].order_no }} {{ (orders | array.last).order_no }}{{ end }}")]
    [InlineData("{{ for o in orders }}{{ for l in o.lines }}{{ l.product?.name ?? l.line_key }} {{ money l.amount o.currency }}{{ end }}{{ end }}")]
    [InlineData("{{ (orders | array.first)?.order_no ?? 'none' }} {{ customer.household?.name ?? '' }}")]
    [InlineData("{{ if customer.balance; money customer.balance; end }} {{ customer.balance | money ?? '' }}")]
    [InlineData("{{ plural orders.size one:'one order' other:'# orders' }} {{ local_date customer.created_at }} {{ local_number customer.total_spent decimals:0 }}")]
    [InlineData("<a href=\"{{ preferences_url }}\">p</a> <a href=\"{{ view_online_url }}\">v</a> {{ language }} {{ customer.created_at | date.to_string '%d %B %Y' language }}")]
    [InlineData("{{ func dear(name); ret name ?? 'friend'; end }}{{ dear customer.first_name }}")]
    [InlineData("{{ func list(rows); for r in rows }}{{ r.order_no }}{{ end; end }}{{ list orders }}")]
    [InlineData("{{ if cell == 'free-shipping' || cell == 'ten-percent' }}{{ offer }}{{ end }}{{ case cell; when 'free-shipping', 'ten-percent'; keycode; end }}")]
    [InlineData("{{ if customer.birth_date && customer.birth_date.month == date.now.month }}Happy birthday{{ end }}")]
    [InlineData("{{ big = orders | array.filter @(do; ret $0.amount > 100; end); if big.size > 0 }}{{ big[0].order_no }}{{ end }}")]
    [InlineData("{{ customer.interests | array.join ', ' }}{{ for i in customer.interests }}{{ i | string.upcase }}{{ end }}")]
    [InlineData("{{ n = 0; for o in orders; n += o.amount; end }}{{ if n > 100 }}{{ n | money 'USD' }}{{ end }}")]
    [InlineData("{{ name = customer.first_name ?? customer.last_name ?? 'friend' }}{{ name }}")]
    [InlineData("{{ if !customer.first_name }}Hello{{ else }}{{ customer.first_name }}{{ end }}{{ customer.first_name ? 'x' : 'y' }}")]
    public void WhatIsRightRaisesNoAlarm(string code) => Assert.Equal("", string.Join('\n', Seed(Mail, Offer, code, out _)));

    private static string Hole(string name) =>
        $"warning CE3410: `{name}` may be null and would leave a hole in the text; give a default ({name} ?? \"...\") or guard it with if";

    private static List<string> Seed(string file, string old, string seed, out (int Line, int Column) place)
    {
        using var workspace = new TempDirectory("seeded");
        foreach (var source in (string[])["engine.yaml", "model.yaml", .. Files("campaigns"), .. Files("templates")])
        {
            var target = workspace[source];
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Repository.PathOf(source), target);
        }

        var changed = workspace[file];
        var text = File.ReadAllText(changed);
        Assert.Contains(old, text, StringComparison.Ordinal);
        var at = text.IndexOf(old, StringComparison.Ordinal);
        text = string.Concat(text.AsSpan(0, at), seed, text.AsSpan(at + old.Length));
        var mark = text.IndexOf('«', StringComparison.Ordinal);
        var before = mark < 0 ? "" : text[..mark];
        place = (before.Count(c => c == '\n') + 1, before.Length - before.LastIndexOf('\n'));
        File.WriteAllText(changed, text.Replace("«", "", StringComparison.Ordinal));
        return Validate(workspace.FullName);
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(Repository.PathOf(folder), "*.*", SearchOption.AllDirectories).Where(f => f.Contains(".sbn-", StringComparison.Ordinal) || f.EndsWith(".yaml", StringComparison.Ordinal))
            .Select(f => Path.GetRelativePath(Repository.Root, f).Replace('\\', '/'));

    private static List<string> Validate(string directory)
    {
        var workspace = Workspace.Load(directory, environment: null);
        WorkspaceCheck.Run(workspace);
        return [.. workspace.Problems.InOrder().Select(p => p.ToString())];
    }
}
