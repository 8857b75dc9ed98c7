using CampaignEngine.Authoring;

namespace CampaignEngine.Campaigns;

/// <summary>Reads the test of a campaign and checks it against its cells and drops.</summary>
internal sealed class TestReader(ProblemList problems)
{
    public TestDefinition? Test(YamlMapping root, IReadOnlyList<CellDefinition> cells, IReadOnlyList<DropDefinition> drops)
    {
        if (root.Mapping("test") is not { } test)
        {
            return null;
        }

        var converts = root.Mapping("response")?["conversion"] is not null;
        var read = new TestDefinition
        {
            Place = test.Place,
            Share = test.Percentage("share") ?? default,
            By = test.Text("by") switch
            {
                "click" => TestMeasure.Click,
                "response" => TestMeasure.Response,
                "revenue" => TestMeasure.Revenue,
                null when !converts => TestMeasure.Click,
                _ => TestMeasure.Conversion,
            },
            After = test.Duration("after") ?? new CalendarDuration(1, DurationUnit.Day),
            Sample = test.Integer("sample"),
            MustBeSignificant = test.Text("wins") != "best",
            Level = test.Percentage("level") ?? new Percentage(0.95m),
            Otherwise = test.Text("otherwise") switch { "first" => WithoutWinner.First, "control" => WithoutWinner.Control, _ => WithoutWinner.Ask },
        };
        CheckValues(test, read, converts);
        CheckCellsAndDrops(root, test, cells, drops);
        if (read.By == TestMeasure.Click && drops.Count > 0 && drops[0].Channel is "print" or "call")
        {
            problems.Error(test.PlaceOf("by"), "CE1244", $"nobody clicks on the channel {drops[0].Channel}; write 'by: response', 'by: conversion' or 'by: revenue'");
        }

        return read;
    }

    private void CheckValues(YamlMapping test, TestDefinition read, bool converts)
    {
        if (test["share"] is not null && read.Share.Fraction is 0 or 1)
        {
            problems.Error(test.PlaceOf("share"), "CE1241", read.Share.Fraction == 0
                ? "a test of 0% tests nobody; write a larger share"
                : "a test of 100% leaves no remainder to get the winner; write a smaller share, or remove 'test'");
        }

        if (read.After.Count == 0)
        {
            problems.Error(test.PlaceOf("after"), "CE1242", "a test that is decided at once has no answers yet; write a longer duration");
        }

        if (read.By is TestMeasure.Conversion or TestMeasure.Revenue && !converts)
        {
            problems.Error(test.PlaceOf("by"), "CE1243", $"'by: {test.Text("by")}' needs 'response.conversion', which says what a conversion is; write it, or 'by: click'");
        }

        if (test["level"] is { } level && !read.MustBeSignificant)
        {
            problems.Error(level.Place, "CE1245", "'level' changes nothing while the best cell wins however little it leads by; write 'wins: significant', or remove it");
        }
        else if (test["level"] is { } written && read.Level.Fraction is < 0.5m or >= 1)
        {
            problems.Error(written.Place, "CE1245", $"a level of {read.Level} cannot be asked for; write at least 50% and less than 100%, for example 95%");
        }
    }

    private void CheckCellsAndDrops(YamlMapping root, YamlMapping test, IReadOnlyList<CellDefinition> cells, IReadOnlyList<DropDefinition> drops)
    {
        if (cells.Count < 2)
        {
            problems.Error(test.Place, "CE1246", "a test compares cells, and there are fewer than two; write them under 'cells'");
        }

        // Only the first drop's list is split while it is frozen; a drop with a date of its own could fall due before the winner is known.
        var written = root.Mappings("drops").ToList();
        for (var i = 0; i < drops.Count; i++)
        {
            if (i == 0 && drops[i].Schedule is { After: null, Cron: null })
            {
                continue;
            }

            if (i == 0 || drops[i].Schedule.After is null)
            {
                problems.Error(written[i].PlaceOf("schedule"), "CE1247", i == 0
                    ? "the first drop of a campaign with a test is what is tested; give it a date or 'now'"
                    : "the remainder of a test gets its messages later, so all drops but the first must follow another; write 'after' and 'delay'");
            }
        }
    }
}
