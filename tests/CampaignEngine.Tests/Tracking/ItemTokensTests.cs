using System.Security.Cryptography;
using CampaignEngine.Customers;
using CampaignEngine.Testing;
using CampaignEngine.Tracking;

namespace CampaignEngine.Tests.Tracking;

public sealed class ItemTokensTests
{
    private static readonly byte[] Secret = SHA256.HashData("a test secret"u8);
    private readonly ItemTokens _tokens = new(Secret);

    [Fact]
    public void ReadsBackWhatItSigned()
    {
        Assert.True(_tokens.TryRead(_tokens.Click(7, 1_000_000, 12), TokenPurpose.Click, out var click));
        Assert.Equal(new ItemToken(7, 1_000_000, 12), click);
        Assert.True(_tokens.TryRead(_tokens.Open(int.MaxValue, int.MaxValue), TokenPurpose.Open, out var open));
        Assert.Equal(new ItemToken(int.MaxValue, int.MaxValue, 0), open);
    }

    [Fact]
    public void ATokenIsWorthNothingForAnotherPurpose()
    {
        foreach (var made in Enum.GetValues<TokenPurpose>())
        {
            var buffer = new char[ItemTokens.Length];
            _tokens.Write(buffer, made, 3, 4, made == TokenPurpose.Click ? 5 : 0);
            foreach (var asked in Enum.GetValues<TokenPurpose>())
            {
                Assert.Equal(made == asked, _tokens.TryRead(buffer, asked, out _));
            }
        }
    }

    [Fact]
    public void OldKeysStayReadableAndUnknownKeysDoNot()
    {
        var old = new ItemTokens([new TokenKey(1, Secret)]);
        var rotated = new ItemTokens([new TokenKey(2, SHA256.HashData("the next one"u8)), new TokenKey(1, Secret)]);
        Assert.True(rotated.TryRead(old.Open(1, 2), TokenPurpose.Open, out _));
        Assert.False(old.TryRead(rotated.Open(1, 2), TokenPurpose.Open, out _));
        Assert.True(rotated.TryRead(rotated.Open(1, 2), TokenPurpose.Open, out _));
    }

    [Fact]
    public void AnotherInstallationsTokenIsRefused()
    {
        var foreign = new ItemTokens(SHA256.HashData("somebody else"u8));
        Assert.False(_tokens.TryRead(foreign.Unsubscribe(1, 1), TokenPurpose.Unsubscribe, out _));
    }

    // The full attack of ten million: './campaign bench attack-tokens'.
    [Fact]
    public void AcceptsNoneOfAHundredThousandTokensThatNobodySigned() => Assert.Equal(0, TokenAttack.Run(100_000, seed: 20261121));

    [Fact]
    public void AKeyIsChangedByItsNumberAndWithdrawnByLeavingItOut()
    {
        var keys = new InstallationKeys(SHA256.HashData("an installation"u8));
        var (first, changing, changed) = (ItemTokens.Of(keys, [1]), ItemTokens.Of(keys, [2, 1]), ItemTokens.Of(keys, [2]));
        var (old, young) = (first.Unsubscribe(1, 1), changing.Unsubscribe(1, 1));
        Assert.NotEqual(old, young);
        Assert.True(changing.TryRead(old, TokenPurpose.Unsubscribe, out _));
        Assert.True(changing.TryRead(young, TokenPurpose.Unsubscribe, out _));
        Assert.Equal((false, true), (changed.TryRead(old, TokenPurpose.Unsubscribe, out _), changed.TryRead(young, TokenPurpose.Unsubscribe, out _)));
        Assert.False(first.TryRead(young, TokenPurpose.Unsubscribe, out _));
    }

    [Fact]
    public void EveryBitOfATokenCounts()
    {
        var token = System.Buffers.Text.Base64Url.DecodeFromChars(_tokens.Click(9, 9, 9));
        for (var bit = 0; bit < token.Length * 8; bit++)
        {
            token[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(_tokens.TryRead(System.Buffers.Text.Base64Url.EncodeToString(token), TokenPurpose.Click, out _));
            token[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAA AAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAA\r\nAAAAAAAAAAAAAA")]
    [InlineData("ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ")]
    public void NonsenseIsRefusedWithoutAnException(string token) => Assert.False(_tokens.TryRead(token, TokenPurpose.Click, out _));

    [Fact]
    public void WhiteSpaceAroundAGoodTokenIsRefused()
    {
        var token = _tokens.Open(1, 1);
        Assert.False(_tokens.TryRead(token + " ", TokenPurpose.Open, out _));
        Assert.False(_tokens.TryRead(token + "=", TokenPurpose.Open, out _));
    }

    [Fact]
    public void WritingATokenDoesNotAllocate()
    {
        var buffer = new byte[ItemTokens.Length];
        _tokens.Write(buffer, TokenPurpose.Click, 1, 1, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i <= 1000; i++)
        {
            _tokens.Write(buffer, TokenPurpose.Click, 1, i, 1);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void ShortOrRepeatedKeysAreRefused()
    {
        Assert.Throws<ArgumentException>(() => new ItemTokens(new byte[15]));
        Assert.Throws<ArgumentException>(() => new ItemTokens([new TokenKey(1, Secret), new TokenKey(1, Secret)]));
        Assert.Throws<ArgumentException>(() => new ItemTokens([]));
    }
}
