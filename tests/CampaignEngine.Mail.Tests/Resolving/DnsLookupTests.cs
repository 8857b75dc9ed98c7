using System.Net;
using System.Net.Sockets;
using CampaignEngine.Mail.Resolving;
using CampaignEngine.Testing;

namespace CampaignEngine.Mail.Tests.Resolving;

public sealed class DnsLookupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ShortLongAndMissingRecordsAreRead()
    {
        var longText = string.Concat(Enumerable.Range(0, 300).Select(i => $"{i} "));
        using var dns = new TestDns(new Dictionary<string, string[]> { ["a.example"] = ["v=spf1 -all", "other"], ["long.example"] = [longText], ["empty.example"] = [] });
        var lookup = new DnsLookup([dns.EndPoint], TimeSpan.FromSeconds(10), TimeProvider.System);
        Assert.Equal(["v=spf1 -all", "other"], (await lookup.FindAsync("a.example", Token)).Records);
        Assert.Equal([longText], (await lookup.FindAsync("long.example", Token)).Records);
        Assert.Equal(DnsState.None, (await lookup.FindAsync("empty.example", Token)).State);
        Assert.Equal(DnsState.None, (await lookup.FindAsync("nobody.example", Token)).State);
    }

    [Fact]
    public async Task TheNextServerIsAskedWhenOneIsSilent()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var dns = new TestDns(new Dictionary<string, string[]> { ["a.example"] = ["x"] });
        var lookup = new DnsLookup([(IPEndPoint)silent.LocalEndPoint!, dns.EndPoint], TimeSpan.FromMilliseconds(200), TimeProvider.System);
        Assert.Equal(["x"], (await lookup.FindAsync("a.example", Token)).Records);
        var alone = await new DnsLookup([(IPEndPoint)silent.LocalEndPoint!], TimeSpan.FromMilliseconds(50), TimeProvider.System).FindAsync("a.example", Token);
        Assert.Equal(new DnsAnswer(DnsState.NoAnswer, alone.Records, $"{silent.LocalEndPoint}: no answer within 0.1 s"), alone);
    }

    [Fact]
    public void DamagedAnswersAreRefusedWhereverTheyEnd()
    {
        var query = DnsMessage.Query("a.example", 7);
        byte[] answer = [0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, .. query[12..^11], 0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 1, 0, 3, 2, (byte)'h', (byte)'i'];
        Assert.Equal(["hi"], DnsMessage.Read(answer).Records);
        for (var length = 12; length < answer.Length; length++)
        {
            Assert.Equal(DnsState.NoAnswer, DnsMessage.Read(answer.AsSpan(0, length)).State);
        }

        var random = new Random(3);
        for (var i = 0; i < 20_000; i++)
        {
            var damaged = answer.ToArray();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            DnsMessage.Read(damaged);
        }

        answer[1] = 8;
        Assert.False(DnsMessage.Answers(query, answer));
    }

    [Theory]
    [InlineData("a..b")]
    [InlineData("bücher.example")]
    public void ANameThatCannotStandInDnsIsAMistakeOfTheCaller(string name) => Assert.Throws<ArgumentException>(() => DnsMessage.Query(name, 1));

    [Fact]
    public async Task MailHostsComeInTheOrderOfTheirPreference()
    {
        using var dns = new TestDns(new Dictionary<string, string[]>(), new Dictionary<string, string[]> { ["a.example"] = ["Backup.Example", "aspmx.l.google.com"] });
        var lookup = new DnsLookup([dns.EndPoint], TimeSpan.FromSeconds(10), TimeProvider.System);

        Assert.Equal(["aspmx.l.google.com", "backup.example"], (await lookup.FindMailHostsAsync("a.example", Token)).Records);
        Assert.Equal(DnsState.None, (await lookup.FindMailHostsAsync("b.example", Token)).State);
    }

    [Fact]
    public void AHostMayPointToAnEarlierNameAndNeverInCircles()
    {
        var query = DnsMessage.Query("a.example", 7, DnsMessage.Mx);
        byte[] record = [0xc0, 12, 0, 15, 0, 1, 0, 0, 14, 16, 0, 7, 0, 10, 2, (byte)'m', (byte)'x', 0xc0, 14];
        byte[] head = [0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
        byte[] Answer(byte[] of) => [.. head, .. query[12..^11], .. of];

        Assert.Equal(["mx.example"], DnsMessage.ReadMailHosts(Answer(record)).Records);
        for (var pointer = 0; pointer < 256; pointer++)
        {
            record[^1] = (byte)pointer;
            var answer = DnsMessage.ReadMailHosts(Answer(record));
            Assert.True(answer.State == DnsState.NoAnswer || answer.Records.Single().Length <= 320);
        }

        for (var length = 12; length < Answer(record).Length; length++)
        {
            Assert.NotEqual(DnsState.Found, DnsMessage.ReadMailHosts(Answer(record).AsSpan(0, length)).State);
        }
    }
}
