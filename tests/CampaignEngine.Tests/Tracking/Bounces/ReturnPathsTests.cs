using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Bounces;

namespace CampaignEngine.Tests.Tracking.Bounces;

public sealed class ReturnPathsTests
{
    private static readonly ItemTokens Tokens = new(new byte[32]);
    private static readonly ReturnPaths Paths = new(Tokens, "bounces.shop.test");

    [Fact]
    public void AnAddressLeadsBackToItsItemWhateverServersDoToIt()
    {
        var address = Paths.Of(17, 4711);

        Assert.Equal("b-".Length + 48, address.IndexOf('@', StringComparison.Ordinal));
        foreach (var seen in (string[])[address, address.ToUpperInvariant(), $"prvs=1234567890={address}", $"SRS0=ab=cd=shop.test={address[..50]}@forwarder.test", $"x-b-{address}"])
        {
            Assert.True(Paths.TryRead(seen, out var item), seen);
            Assert.Equal(new ItemToken(17, 4711, 0), item);
        }
    }

    [Fact]
    public void NoMutatedAndNoForeignAddressIsRead()
    {
        var address = Paths.Of(17, 4711);
        for (var i = 2; i < 50; i++)
        {
            for (var digit = 0; digit < 16; digit++)
            {
                var other = $"{address[..i]}{digit:x}{address[(i + 1)..]}";
                Assert.Equal(other == address, Paths.TryRead(other, out _));
            }
        }

        Assert.False(new ReturnPaths(new ItemTokens(Enumerable.Repeat((byte)1, 32).ToArray()), "bounces.shop.test").TryRead(address, out _));
        foreach (var junk in (string[])["", "@", "b-", "b-@x", "b-" + new string('0', 48), address[..49] + "@x", "b-b-b-b-", new string('b', 5000)])
        {
            Assert.False(Paths.TryRead(junk, out _), junk);
        }
    }

    [Fact]
    public void TenThousandRandomAddressesAreNotOurs()
    {
        var random = new Random(7);
        var bytes = new byte[24];
        for (var i = 0; i < 10_000; i++)
        {
            random.NextBytes(bytes);
            bytes[0] = 1;
            Assert.False(Paths.TryRead($"b-{Convert.ToHexStringLower(bytes)}@bounces.shop.test", out _));
        }
    }
}
