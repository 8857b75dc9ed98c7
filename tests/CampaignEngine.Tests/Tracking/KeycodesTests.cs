using CampaignEngine.Tracking;

namespace CampaignEngine.Tests.Tracking;

public sealed class KeycodesTests
{
    private const string Alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

    public static TheoryData<int, int> Items => new() { { 1, 1 }, { 7, 31 }, { 31, 1_000_000 }, { 961, 12_345 }, { 123_456, 7 }, { int.MaxValue, int.MaxValue } };

    [Theory]
    [MemberData(nameof(Items))]
    public void ACodeLeadsBackToItsItemHoweverItIsWritten(int mailing, int ordinal)
    {
        var code = Keycodes.Of(mailing, ordinal);

        Assert.Equal(code, Keycodes.Of(mailing, ordinal));
        foreach (var written in new[] { code, code.ToLowerInvariant(), code.Replace("-", "", StringComparison.Ordinal), $" {code} " })
        {
            Assert.True(Keycodes.TryRead(written, out var m, out var o));
            Assert.Equal((mailing, ordinal), (m, o));
        }
    }

    [Theory]
    [MemberData(nameof(Items))]
    public void NoSingleWrongCharacterAndNoSwapOfNeighboursGivesAValidCode(int mailing, int ordinal)
    {
        var code = Keycodes.Of(mailing, ordinal).Replace("-", "", StringComparison.Ordinal);
        for (var i = 0; i < code.Length; i++)
        {
            foreach (var other in Alphabet.Where(c => c != code[i]))
            {
                var wrong = code[..i] + other + code[(i + 1)..];
                Assert.False(Keycodes.TryRead(wrong, out _, out _), wrong);
            }

            if (i > 0 && code[i] != code[i - 1])
            {
                var swapped = code[..(i - 1)] + code[i] + code[i - 1] + code[(i + 1)..];
                Assert.False(Keycodes.TryRead(swapped, out _, out _), swapped);
            }
        }
    }

    // Every code of 30 mailings and 300 items with every wrong character and every swap: over a million tries.
    [Fact]
    public void NoErrorOfOneCharacterOrSwapIsEverMissedOverAllShortCodes()
    {
        var missed = 0;
        for (var mailing = 1; mailing <= 30; mailing++)
        {
            for (var ordinal = 1; ordinal <= 300; ordinal++)
            {
                var code = Keycodes.Of(mailing, ordinal).Replace("-", "", StringComparison.Ordinal).ToCharArray();
                for (var i = 0; i < code.Length; i++)
                {
                    var right = code[i];
                    foreach (var other in Alphabet)
                    {
                        code[i] = other;
                        missed += other != right && Keycodes.TryRead(new string(code), out _, out _) ? 1 : 0;
                    }

                    code[i] = right;
                    if (i > 0 && code[i] != code[i - 1])
                    {
                        (code[i], code[i - 1]) = (code[i - 1], code[i]);
                        missed += Keycodes.TryRead(new string(code), out _, out _) ? 1 : 0;
                        (code[i], code[i - 1]) = (code[i - 1], code[i]);
                    }
                }
            }
        }

        Assert.Equal(0, missed);
    }

    [Fact]
    public void CodesOfManyItemsAreAllDifferentAndShort()
    {
        var codes = Enumerable.Range(1, 40).SelectMany(m => Enumerable.Range(1, 2_000).Select(o => Keycodes.Of(m, o))).ToList();

        Assert.Equal(codes.Count, codes.Distinct(StringComparer.Ordinal).Count());
        Assert.True(codes.Max(c => c.Length) <= 9);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("SPRING-10")]
    [InlineData("0000-0000")]
    [InlineData("ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ")]
    [InlineData("3\u00dcA7")]
    [InlineData(Keycodes.Preview)]
    public void WhatIsNoCodeIsRefused(string? text) => Assert.False(Keycodes.TryRead(text, out _, out _));
}
