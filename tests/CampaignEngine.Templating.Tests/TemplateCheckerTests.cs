using System.Globalization;
using CampaignEngine.Templating;

namespace CampaignEngine.Templating.Tests;

public sealed class TemplateCheckerTests
{
    private static readonly Shape s_company = new("company", [new("name", ShapeType.Text)]);

    private static readonly Shape s_customer = new("customer",
    [
        new("id", ShapeType.Integer),
        new("first_name", ShapeType.Text, Nullable: true),
        new("last_name", ShapeType.Text),
        new("balance", ShapeType.Number),
        new("is_vip", ShapeType.Boolean),
        new("born_on", ShapeType.Date, Nullable: true),
        new("joined_at", ShapeType.Time),
        new("company", ShapeType.Object(s_company), Nullable: true),
    ]);

    private static readonly Shape s_order = new("order", [new("number", ShapeType.Text), new("amount", ShapeType.Number), new("note", ShapeType.Text, Nullable: true)]);

    private static readonly Shape s_shape = new("message",
        [new("customer", ShapeType.Object(s_customer)), new("orders", ShapeType.List(s_order)), new("tags", ShapeType.List(ShapeType.Text)), new("extra", ShapeType.Any)]);

    private static readonly TemplateEnvironment s_environment = new TemplateEnvironment()
        .Add("money", (decimal amount, string currency = "USD") => $"{amount.ToString("N2", CultureInfo.InvariantCulture)} {currency}")
        .Add("nickname", string? (string name) => name.Length > 3 ? name : null)
        .AddVariable("brand", "Tea");

    private static string Check(string text) => string.Join('\n', TemplateChecker.Check(
        Template.Parse(text, "x"),
        s_shape,
        name => name switch { "footer" => "{{ customer.lst_name }}", "self" => "{{ include 'self' }}", _ => null },
        new CheckOptions { Environment = s_environment }));

    [Theory]
    [InlineData("{{ customer.frst_name }}", "x(1,13): error CE3401: unknown member `frst_name` of customer; did you mean `first_name`?")]
    [InlineData("Dear\n  {{ custmer.id }}", "x(2,6): error CE3402: unknown name `custmer`; did you mean `customer`?")]
    [InlineData("{{ customer.last_name | string.upcse }}", "x(1,32): error CE3403: unknown function `string.upcse`; did you mean `upcase`?")]
    [InlineData("{{ mony 5 }}", "x(1,4): error CE3403: unknown function `mony`; did you mean `money`?")]
    [InlineData("{{ customer.last_name.foo }}", "x(1,23): error CE3401: `customer.last_name` is a text and has no member foo; it has size")]
    [InlineData("{{ customer.joined_at.yaer }}", "x(1,23): error CE3401: unknown member `yaer` of `customer.joined_at`; did you mean `year`?")]
    [InlineData("{{ orders | array.map 'amuont' | array.size }}", "x(1,23): error CE3401: unknown member `amuont` of order; did you mean `amount`?")]
    [InlineData("{{ for o in orders; o.nmber; end }}", "x(1,23): error CE3401: unknown member `nmber` of order; did you mean `number`?")]
    [InlineData("{{ for c in customer.id; end }}", "x(1,13): error CE3406: `customer.id` is an integer and cannot be looped over; a list or a range can")]
    [InlineData("{{ customer.last_name - 1 }}", "x(1,23): error CE3406: - does not work between a text and an integer")]
    [InlineData("{{ if customer.joined_at > '2026-01-01'; 'a'; end }}", "x(1,26): error CE3406: a date and a text cannot be compared; turn the text into a date with date.parse")]
    [InlineData("{{ customer.last_name | math.round 2 }}", "x(1,4): error CE3405: `value` of math.round is a number; `customer.last_name` is a text; turn it into a number with string.to_int or string.to_double")]
    [InlineData("{{ customer.last_name | date.to_string '%F' }}", "x(1,4): error CE3405: `datetime` of date.to_string is a date; `customer.last_name` is a text; turn it into a date with date.parse")]
    [InlineData("{{ customer.last_name | string.truncate }}", "x(1,40): error CE3404: string.truncate needs 2 arguments and gets 1: string.truncate <text> <length> <ellipsis>?")]
    [InlineData("{{ customer.last_name | string.upcase 1 }}", "x(1,39): error CE3404: string.upcase takes 1 argument and gets 2: string.upcase <text>")]
    [InlineData("{{ money customer.last_name }}", "x(1,10): error CE3405: `amount` of money is a number; `customer.last_name` is a text; turn it into a number with string.to_int or string.to_double")]
    [InlineData("{{ include 'gone' }}", "x(1,12): error CE3407: there is no template `gone` to include")]
    [InlineData("{{ include 'footer' }}", "footer(1,13): error CE3401: unknown member `lst_name` of customer; did you mean `last_name`?")]
    [InlineData("{{ customer }}", "x(1,4): error CE3409: `customer` is an object (customer) and cannot be printed; print a member of it, or loop over it")]
    [InlineData("{{ customer.first_name }}", "x(1,4): warning CE3410: `customer.first_name` may be null and would leave a hole in the text; give a default (customer.first_name ?? \"...\") or guard it with if")]
    [InlineData("{{ 'Dear ' + customer.first_name }}", "x(1,14): warning CE3410: `customer.first_name` may be null and would leave a hole in the text; give a default (customer.first_name ?? \"...\") or guard it with if")]
    [InlineData("{{ customer.first_name | string.upcase }}", "x(1,4): warning CE3410: `customer.first_name` may be null and would leave a hole in the text; give a default (customer.first_name ?? \"...\") or guard it with if")]
    [InlineData("{{ customer.born_on | date.to_string '%F' }}", "x(1,4): warning CE3410: `customer.born_on` may be null and would leave a hole in the text; give a default (customer.born_on ?? \"...\") or guard it with if")]
    [InlineData("{{ for o in orders; $'[{o.note}]'; end }}", "x(1,25): warning CE3410: `o.note` may be null and would leave a hole in the text; give a default (o.note ?? \"...\") or guard it with if")]
    [InlineData("{{ customer.company.name }}", "x(1,21): error CE3411: `customer.company` may be null, and then it has no member name; write customer.company?.name or guard it with if\nx(1,4): warning CE3410: `customer.company.name` may be null and would leave a hole in the text; give a default (customer.company.name ?? \"...\") or guard it with if")]
    [InlineData("{{ nickname customer.last_name }}", "x(1,4): warning CE3410: `nickname customer.last_name` may be null and would leave a hole in the text; give a default (... ?? \"...\") or guard it with if")]
    [InlineData("{{ if a", "x(1,7): error CE3001: the `end` of this block is missing")]
    [InlineData("{{ for o in orders limt: 3; o.number; end }}", "x(1,20): error CE3404: a loop has no option `limt`; did you mean `limit`?")]
    public void AMistakeIsFoundAtItsPlace(string text, string expected) =>
        Assert.Equal(expected.Split('\n').Order(), Check(text).Split('\n').Order());

    [Theory]
    [InlineData("{{ customer.last_name | string.upcase }} {{ customer.balance | math.format 'N2' }} {{ brand }}")]
    [InlineData("{{ customer.first_name ?? 'friend' }}")]
    [InlineData("{{ customer.first_name | object.default 'friend' }}")]
    [InlineData("{{ if customer.first_name }}{{ customer.first_name }}{{ end }}")]
    [InlineData("{{ if customer.first_name != null && customer.first_name != '' }}Dear {{ customer.first_name }}{{ else }}Hello{{ end }}")]
    [InlineData("{{ if !customer.first_name; ret; end }}{{ customer.first_name }}")]
    [InlineData("{{ if customer.first_name == null }}-{{ else }}{{ customer.first_name }}{{ end }}")]
    [InlineData("{{ customer.first_name ? customer.first_name : '-' }}")]
    [InlineData("{{ customer.company ? customer.company.name : '-' }}")]
    [InlineData("{{ customer.company?.name ?? '-' }}")]
    [InlineData("{{ name = customer.first_name ?? 'friend' }}{{ name }}")]
    [InlineData("{{ if string.empty customer.first_name; else; customer.first_name; end }}")]
    [InlineData("{{ for o in orders }}{{ for.index + 1 }}. {{ o.number }} {{ o.amount | money }}{{ o.note ?? '' }}{{ else }}none{{ end }}")]
    [InlineData("{{ total = 0 }}{{ for o in orders; total = total + o.amount; end }}{{ total | money 'EUR' }}")]
    [InlineData("{{ (orders | array.first)?.number ?? '-' }}")]
    [InlineData("{{ tags | array.join ', ' }} {{ tags.size }}")]
    [InlineData("{{ func greet(name) }}Hi {{ name }}{{ end }}{{ greet customer.last_name }}")]
    [InlineData("{{ extra.anything.at_all }}")]
    [InlineData("{{ with customer; last_name; end }}")]
    [InlineData("{{ customer.joined_at | date.add_days 3 | date.to_string '%F' }}")]
    [InlineData("{{ if customer.joined_at < date.now; 'old'; end }}")]
    [InlineData("{{ case customer.first_name; when 'Ann'; customer.first_name; else; 'x'; end }}")]
    [InlineData("{{ capture x }}a{{ end }}{{ x }}")]
    [InlineData("{{ while x < 5; x = (x ?? 0) + 1; end }}")]
    [InlineData("{{ tags | array.each @string.upcase | array.join ' ' }}")]
    [InlineData("{{ for i in 1..3; i; end }}{{ include 'self' }}")]
    public void NoFalseAlarm(string text) => Assert.Equal(string.Empty, Check(text));

    [Fact]
    public void DeeplyNestedLoopsAreCheckedInTime()
    {
        var text = string.Concat(Enumerable.Repeat("{{ for a in orders }}", 100)) + "{{ a.nmber }}" + string.Concat(Enumerable.Repeat("{{ end }}", 100));

        Assert.Contains("did you mean `number`?", Check(text), StringComparison.Ordinal);
    }
}
