using System.Text.RegularExpressions;
using CampaignEngine.Authoring;

namespace CampaignEngine.Rendering.TemplateTests;

/// <summary>templates/tests/NAME.yaml → <see cref="TemplateTestFile"/>, or every problem of the file in one pass.</summary>
public static class TemplateTestLoader
{
    private static readonly string[] Parts = ["subject", "html", "text"];

    private const string Folder = "templates/tests";

    /// <summary>Test files of a workspace relative to it, sorted; names that start with a dot or an underscore are left out.</summary>
    public static IReadOnlyList<string> Files(string workspaceDirectory)
    {
        var folder = Path.Combine(workspaceDirectory, "templates", "tests");
        return [.. Canonical.Files(folder, "*")
            .Where(f => Path.GetExtension(f) is ".yaml" or ".yml" && Path.GetFileName(f)[0] is not ('.' or '_') && Canonical.StaysInside(folder, Path.Combine(folder, f)))
            .Select(f => $"{Folder}/{f}").Order(StringComparer.Ordinal)];
    }

    /// <param name="file">File name for messages, relative to the workspace.</param>
    public static TemplateTestFile? Load(string file, ReadOnlySpan<byte> bytes, ProblemList problems)
    {
        var own = new ProblemList();
        TemplateTestFile? read = null;
        if (YamlReader.Read(file, bytes, own) is { } root)
        {
            new ShapeCheck(own).Check(root, TemplateTestShape.Shape);
            read = Read(file, root, own);
        }

        problems.AddRange(own.Items);
        return own.HasErrors ? null : read;
    }

    /// <summary>A pattern that cannot run away: no backtracking.</summary>
    internal static Regex? TryPattern(string text, out string? fault)
    {
        try
        {
            fault = null;
            return new Regex(text, RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2));
        }
        catch (Exception bad) when (bad is ArgumentException or NotSupportedException)
        {
            fault = $"'{Shown.Text(text)}' is no regular expression that can be used here: {bad.Message}";
            return null;
        }
    }

    private static TemplateTestFile Read(string file, YamlMapping root, ProblemList problems)
    {
        if (root["template"] is null && root["campaign"] is null)
        {
            problems.Error(root.Place, "CE3601", "the file says neither which 'template' nor which 'campaign' it tests; write for example 'template: email/spring-tea'");
        }

        if (root["drop"] is not null && root["campaign"] is null)
        {
            problems.Error(root.PlaceOf("drop"), "CE3601", "a 'drop' needs the 'campaign' it belongs to; add it");
        }

        var tests = new List<TemplateTest>();
        foreach (var written in root.Mappings("tests"))
        {
            var test = Test(written, problems);
            if (tests.Find(t => t.Name.Text == test.Name.Text) is { } same)
            {
                problems.Error(test.Name.Place, "CE3602", $"two tests are named '{Shown.Text(test.Name.Text)}'; the first is in line {same.Name.Place.Line}. Rename one");
            }

            tests.Add(test);
        }

        return new TemplateTestFile
        {
            File = file, Place = root.Place, Template = root.Written("template"), Campaign = root.Written("campaign"), Drop = root.Written("drop"), Tests = tests,
        };
    }

    private static TemplateTest Test(YamlMapping test, ProblemList problems)
    {
        var expectations = new List<Expectation>();
        foreach (var part in Parts)
        {
            if (test.Mapping(part) is not { } written)
            {
                continue;
            }

            expectations.AddRange(written.Writtens("contains").Select(t => new Expectation(part, ExpectationKind.Contains, t, null)));
            expectations.AddRange(written.Writtens("not_contains").Select(t => new Expectation(part, ExpectationKind.NotContains, t, null)));
            expectations.AddRange(written.Writtens("equals").Select(t => new Expectation(part, ExpectationKind.Equals, t, null)));
            expectations.AddRange(written.Writtens("matches").Select(t => new Expectation(part, ExpectationKind.Matches, t, TryPattern(t.Text, out _))));
        }

        if (test["fails"] is null && Array.TrueForAll(Parts, p => test[p] is null or YamlMapping { Entries.Count: 0 }))
        {
            problems.Error(test.Place, "CE3603", "the test expects nothing; add 'subject', 'html' or 'text' with 'contains', 'not_contains', 'equals' or 'matches'");
        }
        else if (expectations.Count > 0 && test["fails"] is not null)
        {
            problems.Error(test.PlaceOf("fails"), "CE3603", "a message that fails has no parts to look at; keep 'fails' or the parts");
        }

        return new TemplateTest
        {
            Name = test.Written("test") ?? new Written("", test.Place),
            Customer = test.Mapping("customer"),
            Orders = test["orders"],
            Cell = test.Written("cell"),
            Language = test.Text("language"),
            Now = Quantity.TryLocalTime(test.Text("now"), out var now) is null && test["now"] is not null ? now : new DateTime(2026, 1, 1, 12, 0, 0),
            Fails = test.Written("fails"),
            Expectations = expectations,
        };
    }
}
