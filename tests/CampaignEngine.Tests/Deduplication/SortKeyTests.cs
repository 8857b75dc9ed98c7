using CampaignEngine.Deduplication;

namespace CampaignEngine.Tests.Deduplication;

public sealed class SortKeyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OrdersNumbersTimesAndTextsAsTheyAreAndNullsLast(bool descending)
    {
        Check([-5L, -1L, 0L, 3L, 900L], descending);
        Check([-1234567.89m, -0.01m, 0m, 0.5m, 99.99m, 1e9m], descending);
        Check([new DateTime(2010, 1, 1), new DateTime(2026, 3, 1), new DateTime(2026, 3, 1, 0, 0, 1)], descending);
        Check(["", "Anna", "Annabel", "Zoë", "陳"], descending);
        Check([false, true], descending);
    }

    [Fact]
    public void ComparesTheFirstExpressionBeforeTheSecond()
    {
        byte[] richOld = Key((100m, true), (1L, false));
        byte[] richNew = Key((100m, true), (2L, false));
        byte[] poor = Key((5m, true), (0L, false));
        Assert.True(richOld.AsSpan().SequenceCompareTo(richNew) < 0);
        Assert.True(richNew.AsSpan().SequenceCompareTo(poor) < 0);
    }

    private static void Check(object[] ascending, bool descending)
    {
        byte[][] keys = [.. ascending.Select(v => Key((v, descending)))];
        for (int i = 1; i < keys.Length; i++)
            Assert.True(keys[i - 1].AsSpan().SequenceCompareTo(keys[i]) * (descending ? -1 : 1) < 0, $"{ascending[i - 1]} against {ascending[i]}");
        byte[] nothing = Key((null, descending));
        Assert.All(keys, key => Assert.True(key.AsSpan().SequenceCompareTo(nothing) < 0));
    }

    private static byte[] Key(params (object? Value, bool Descending)[] values)
    {
        var key = new SortKey();
        foreach ((object? value, bool descending) in values)
            key.Add(value, descending);
        return key.ToArray();
    }
}
