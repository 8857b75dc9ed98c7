using CampaignEngine.Reporting.Comparing;

namespace CampaignEngine.Tests.Reporting.Comparing;

public sealed class RateDecompositionTests
{
    [Fact]
    public void ADifferenceOfListsAloneIsTheListsPart()
    {
        // Two lists answer with 10 % and 2 % whatever the campaign; the second campaign has more of the better one.
        var rate = Of([People("house", 500, 50), People("rented", 500, 10)], [People("house", 900, 90), People("rented", 100, 2)]);
        Assert.Equal((0.06m, 0.092m, 0.032m), (rate.FromRate, rate.ToRate, rate.Difference));
        Assert.Equal([("list", 0.032m, 1.0), ("timing", 0m, 1.0), ("offer", 0m, 1.0), ("creative", 0m, 1.0), ("other", 0m, null)], rate.Parts.Select(p => (p.Part, p.Difference, p.InCommon)));
    }

    [Fact]
    public void WithListAndRatesBothChangedThePartsAreKitagawas()
    {
        // By hand: list (0.9 - 0.5)(0.10 + 0.20)/2 + (0.1 - 0.5)(0.02 + 0.04)/2 = 0.048; the rest of 0.184 - 0.06 is other.
        var rate = Of([People("house", 500, 50), People("rented", 500, 10)], [People("house", 900, 180), People("rented", 100, 4)]);
        Assert.Equal((0.124m, 0.048m, 0.076m), (rate.Difference, rate.Parts[0].Difference, rate.Parts[4].Difference));
    }

    [Fact]
    public void WhatChangedTogetherGetsEqualShares()
    {
        var rate = Of(
            [People("house", 1000, 20) with { Offer = "ten percent", Creative = "a" }],
            [People("house", 1000, 50) with { Offer = "free shipping", Creative = "b" }]);
        Assert.Equal([("list", 0m, 1.0), ("timing", 0m, 1.0), ("offer", 0.015m, 0.0), ("creative", 0.015m, 0.0), ("other", 0m, null)], rate.Parts.Select(p => (p.Part, p.Difference, p.InCommon)));
    }

    [Fact]
    public void ThePartsAddUpExactlyWhateverThePeople()
    {
        var random = new Random(11);
        for (var run = 0; run < 300; run++)
        {
            var rate = Of(Some(), Some());
            Assert.Equal(rate.Difference, rate.Parts.Sum(p => p.Difference));
            Assert.Equal(rate.ToRate - rate.FromRate, rate.Difference);
            Assert.All(rate.Parts, p => Assert.True(Math.Abs(p.Difference) <= 1));
        }

        ComparedPeople[] Some() => [.. Enumerable.Range(0, random.Next(0, 12)).Select(_ => (People: random.Next(1, 500), Level: random)).Select(p =>
            new ComparedPeople($"l{random.Next(3)}", $"t{random.Next(3)}", $"o{random.Next(2)}", $"c{random.Next(2)}", p.People, random.Next(p.People + 1), 0))];
    }

    [Fact]
    public void TurnedRoundEveryPartTurnsItsSign()
    {
        ComparedPeople[] one = [People("house", 700, 50), People("rented", 300, 3) with { Offer = "b" }];
        ComparedPeople[] two = [People("house", 200, 30) with { Timing = "2 1" }, People("rented", 800, 20) with { Offer = "b", Creative = "x" }];
        Assert.Equal(Of(one, two).Parts.Select(p => p.Difference), Of(two, one).Parts.Select(p => -p.Difference));
    }

    private static ComparedRate Of(ComparedPeople[] from, ComparedPeople[] to) => RateDecomposition.Of("responses", from, to, p => p.Responses);

    private static ComparedPeople People(string list, long people, long responses) => new(list, "1 1", "none", "same", people, responses, 0);
}
