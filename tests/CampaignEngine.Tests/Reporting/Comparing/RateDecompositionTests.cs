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

    [Fact]
    public void TheIntervalsOfThePartsHoldTheTruthNineteenTimesInTwenty()
    {
        // Two lists, two times and two offers, all mixed differently in the campaigns, and rates that depend on all three and on the campaign.
        (double Share, double Rate)[][] truth = [Population(0.6, 0.5, 0.3, 0.02), Population(0.4, 0.65, 0.55, 0.035)];
        var parts = Of(Exactly(truth[0]), Exactly(truth[1])).Parts;
        Assert.All(parts.Where(p => p.Part != "creative"), p => Assert.True(Math.Abs(p.Difference) > 0.0005m, $"{p.Part} {p.Difference}"));
        var random = new Random(17);
        var held = new int[parts.Count];
        const int Runs = 2_000;
        for (var run = 0; run < Runs; run++)
        {
            var drawn = Of(Draw(truth[0], 1_500), Draw(truth[1], 2_500)).Parts;
            for (var part = 0; part < parts.Count; part++)
            {
                held[part] += drawn[part].Low <= (double)parts[part].Difference && (double)parts[part].Difference <= drawn[part].High ? 1 : 0;
            }
        }

        // The error of a share of 0.95 counted in 2,000 runs is 0.005.
        Assert.All(held.Zip(parts).Where(h => h.Second.Part != "creative"), h => Assert.InRange((double)h.First / Runs, 0.935, 0.965));

        (double, double)[] Population(double house, double early, double gift, double basis) =>
            [.. from l in (int[])[0, 1] from t in (int[])[0, 1] from o in (int[])[0, 1]
                select ((l == 0 ? house : 1 - house) * (t == 0 ? early : 1 - early) * (o == 0 ? gift : 1 - gift), basis + (l == 0 ? 0.06 : 0) + (t == 0 ? 0.03 : 0) + (o == 0 ? 0.05 : 0))];
        ComparedPeople Kind(int n, long people, long responses) => new($"l{n / 4}", $"t{n / 2 % 2}", $"o{n % 2}", "same", people, responses, 0);
        ComparedPeople[] Exactly((double Share, double Rate)[] kinds) => [.. kinds.Select((k, n) => Kind(n, (long)(k.Share * 1e9), (long)(k.Share * k.Rate * 1e9)))];
        ComparedPeople[] Draw((double Share, double Rate)[] kinds, int many)
        {
            var (people, responses) = (new long[kinds.Length], new long[kinds.Length]);
            for (var i = 0; i < many; i++)
            {
                var (at, kind) = (random.NextDouble(), 0);
                while (kind < kinds.Length - 1 && at >= kinds[kind].Share)
                {
                    at -= kinds[kind++].Share;
                }

                people[kind]++;
                responses[kind] += random.NextDouble() < kinds[kind].Rate ? 1 : 0;
            }

            return [.. kinds.Select((_, n) => Kind(n, people[n], responses[n])).Where(p => p.People > 0)];
        }
    }

    [Fact]
    public void WhatNobodyDiffersInHasNoErrorAndThinGroupsAreSaid()
    {
        var rate = Of([People("house", 500, 50), People("rented", 3, 1)], [People("house", 900, 180)]);
        Assert.Equal((0.0, 0.0), (rate.Parts[3].Low, rate.Parts[3].High));
        Assert.Equal(3 / 503.0, rate.Thin, 1e-9);
        Assert.Null(Of([], [People("house", 900, 180)]).Parts[0].Low);
    }

    private static ComparedRate Of(ComparedPeople[] from, ComparedPeople[] to) => RateDecomposition.Of("responses", from, to, p => p.Responses);

    private static ComparedPeople People(string list, long people, long responses) => new(list, "1 1", "none", "same", people, responses, 0);
}
