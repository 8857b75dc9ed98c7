using CampaignEngine.Database;

namespace CampaignEngine.Tests.Database;

public sealed class ConnectionAddressTests
{
    [Theory]
    [InlineData("postgresql://ann:p%40ss%3Bword@db.example:5433/shop?sslmode=verify-full", "db.example", 5433, "shop", "ann", "p@ss;word")]
    [InlineData("postgres://ann@db.example/shop", "db.example", 5432, "shop", "ann", null)]
    [InlineData("postgresql://campaign@/campaign?host=%2Ftmp%2Fspring%20tea", "/tmp/spring tea", 5432, "campaign", "campaign", null)]
    [InlineData("postgresql:///shop?host=/run/pg&port=6000&user=ann", "/run/pg", 6000, "shop", "ann", null)]
    [InlineData("Host=db.example;Database=shop;Username=ann;Password='p;w'", "db.example", 5432, "shop", "ann", "p;w")]
    public void ReadsBothForms(string text, string host, int port, string database, string user, string? password)
    {
        var settings = ConnectionAddress.Parse(text);
        Assert.Equal((host, port, database, user, password), (settings.Host, settings.Port, settings.Database, settings.Username, settings.Password));
    }

    [Theory]
    [InlineData("postgresql://ann@db.example:5433/shop")]
    [InlineData("postgresql://campaign@/campaign?host=%2Ftmp%2Fspring%20tea")]
    public void WhatIsWrittenReadsBack(string address) => Assert.Equal(address, ConnectionAddress.ToUri(ConnectionAddress.Parse(address)));

    [Theory]
    [InlineData("postgresql://ann:geheim@db:port/x")]
    [InlineData("Server with=geheim")]
    [InlineData("postgresql://db/x?no_such_setting=geheim")]
    public void AnUnreadableOneIsNeverRepeatedInTheMessage(string text)
    {
        var fault = Assert.Throws<FormatException>(() => ConnectionAddress.Parse(text));
        Assert.StartsWith("the database's connection string cannot be read; write 'Host=", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", fault.Message, StringComparison.Ordinal);
    }
}
