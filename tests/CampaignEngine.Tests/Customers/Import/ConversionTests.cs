using System.Globalization;
using CampaignEngine.Customers.Import;

namespace CampaignEngine.Tests.Customers.Import;

public sealed class ConversionTests
{
    private static readonly SourceFormat London = new() { Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/London") };

    [Theory]
    [InlineData("2011-01-10 12:00:00", "2011-01-10T12:00:00Z")]
    [InlineData("2011-07-10 12:00:00", "2011-07-10T11:00:00Z")]
    [InlineData("2011-03-27 00:59:59", "2011-03-27T00:59:59Z")]
    [InlineData("2011-03-27 01:30:00", "2011-03-27T01:30:00Z")]   // skipped: the clocks show 02:30
    [InlineData("2011-03-27 02:00:00", "2011-03-27T01:00:00Z")]
    [InlineData("2011-10-30 01:30:00", "2011-10-30T00:30:00Z")]   // twice: the first
    [InlineData("2011-10-30 02:00:00", "2011-10-30T02:00:00Z")]
    [InlineData("2011-07-10", "2011-07-09T23:00:00Z")]
    [InlineData("2011-07-10T12:00:00Z", "2011-07-10T12:00:00Z")]
    [InlineData("2011-07-10T12:00:00+08:00", "2011-07-10T04:00:00Z")]
    [InlineData("2011-07-10T12:00:00.5Z", "2011-07-10T12:00:00.5Z")]
    public void LocalTimesBecomeInstants(string text, string instant) =>
        Assert.Equal(DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture), Conversion.Time(text, London));

    [Theory]
    [InlineData("2011-02-29")]
    [InlineData("2011-13-01 00:00:00")]
    [InlineData("01.02.2011")]
    [InlineData("yesterday")]
    public void WhatIsNoTimeIsNone(string text) => Assert.Null(Conversion.Time(text, London));

    [Theory]
    [InlineData("1234.5", '.', null, "1234.5")]
    [InlineData("-0.5", '.', null, "-0.5")]
    [InlineData("1e3", '.', null, "1000")]
    [InlineData("1.234,56", ',', '.', "1234.56")]
    [InlineData("1,234,567.8", '.', ',', "1234567.8")]
    [InlineData("1,234", '.', null, null)]
    [InlineData("1.5", ',', null, null)]
    [InlineData("1,23,456", '.', ',', null)]
    [InlineData("1234,567", '.', ',', null)]
    [InlineData("12,34.5", '.', ',', null)]
    [InlineData("£5", '.', null, null)]
    [InlineData("NaN", '.', null, null)]
    [InlineData("", '.', null, null)]
    public void NumbersAreReadAsTheMapStatesThem(string text, char point, char? groups, string? number)
    {
        var read = Conversion.TryNumber(text, new SourceFormat { Decimal = point, Thousands = groups }, out var value);

        Assert.Equal(number is not null, read);
        Assert.True(number is null || value == decimal.Parse(number, CultureInfo.InvariantCulture));
    }
}
