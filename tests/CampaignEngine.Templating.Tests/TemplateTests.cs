using CampaignEngine.Templating;

namespace CampaignEngine.Templating.Tests;

public sealed class TemplateTests
{
    [Theory]
    [InlineData("{{ x = {1: 2} }}", "1,9 1,9 1,10")]
    [InlineData("{{ x = {a 2} }}", "1,11 1,12")]
    [InlineData("{{ $'a {1", "1,10 1,10")]
    [InlineData("{{ \"abc", "1,7 1,7")]
    [InlineData("{{ 0x }}", "1,4 1,4")]
    [InlineData("{{ for x in y }}{{ b ) }}{{ end }}", "1,22 1,20")]
    [InlineData("{{ capture x ); end }}", "1,14 1,12")]
    [InlineData("{{ func a.b; end }}", "1,10 1,9")]
    [InlineData("{{ if 1 }}{{ else }}{{ else }}{{ end }}", "1,24")]
    public void WhatFollowsFromAParseFaultIsReportedWhereScribanReportsIt(string text, string places) =>
        Assert.Equal(places, string.Join(' ', Template.Parse(text, "x").Messages.Select(m => $"{m.Line},{m.Column}")));

    [Fact]
    public void ParsingNeverThrowsAndNamesThePlaceOfAFault()
    {
        var template = Template.Parse("Dear {{ customer.first_name\n{{ end", "templates/sms/x.sbn-txt");

        Assert.True(template.HasErrors);
        Assert.StartsWith("templates/sms/x.sbn-txt(2,2): error CE3001: ", template.Messages[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ARuntimeFaultNamesThePlace()
    {
        var template = Template.Parse("Dear\n{{ customer.first_name }}", "x.sbn-txt");

        var fault = Assert.Throws<TemplateException>(() => template.Render());
        Assert.Equal("x.sbn-txt(2,13): error CE3101: `customer` is null and has no member first_name; use ?. or ?? when it may be missing", fault.Message);
    }

    [Fact]
    public void MembersAreFoundUnderTheirStandardNames()
    {
        var model = new Dictionary<string, object?>
        {
            ["Customer"] = new Dictionary<string, object?> { ["FirstName"] = "Ann" },
            ["ShoutLoud"] = (string text, int times = 2) => string.Concat(Enumerable.Repeat(text.ToUpperInvariant(), times)),
        };

        Assert.Equal("Ann ANNANN", Template.Parse("{{ customer.first_name }} {{ customer.first_name | shout_loud }}").Render(model));
    }

    [Fact]
    public void SumsOfDecimalsStayExact()
    {
        var model = new Dictionary<string, object?> { ["amounts"] = new[] { 0.1m, 0.2m } };

        Assert.Equal("0.3", Template.Parse("{{ s = 0; for a in amounts; s = s + a; end; s }}").Render(model));
    }

    [Fact]
    public void PointsInTimeAreShownInTheZoneOfTheReader()
    {
        var environment = new TemplateEnvironment { Zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Taipei") };
        var model = new Dictionary<string, object?> { ["at"] = new DateTimeOffset(2026, 3, 9, 22, 30, 0, TimeSpan.Zero) };

        Assert.Equal("2026-03-10 06:30 +08:00", Template.Parse("{{ at | date.to_string '%F %H:%M %Z' }}").Render(model, environment, cancellation: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void OnlyPlainDataIsSeen()
    {
        var model = new Dictionary<string, object?> { ["secret"] = new Version(1, 2) };

        var printed = Template.Parse("{{ secret.major }}{{ secret }}").Render(model);
        Assert.Equal("1.2", printed);
    }

    [Fact]
    public void AnIncludeGetsItsArguments()
    {
        var template = Template.Parse("{{ include 'hello' 'Ann' from: 'Tea' }}");

        Assert.Equal("Hello Ann from Tea", template.Render(include: name => name == "hello" ? "Hello {{ $1 }} from {{ $from }}" : null));
    }

    [Fact]
    public void AMissingIncludeIsAFaultAtItsName()
    {
        var fault = Assert.Throws<TemplateException>(() => Template.Parse("{{ include 'gone' }}", "x").Render(include: _ => null));

        Assert.Equal("x(1,12): error CE3101: there is no template `gone` to include", fault.Message);
    }

    [Theory]
    [InlineData("row.amount * 2", 84)]
    [InlineData("{{ row.name | string.strip }}", "Ann")]
    [InlineData("{{ row.name | string.strip }}!", "Ann!")]
    [InlineData("row.name | string.size", 5)]
    public void AnExpressionKeepsTheTypeOfItsValue(string text, object expected)
    {
        var row = new Dictionary<string, object?> { ["row"] = new Dictionary<string, object?> { ["name"] = " Ann ", ["amount"] = 42 } };

        Assert.Equal(expected, Expression.Parse(text).Compile().Evaluate(row));
    }
}
