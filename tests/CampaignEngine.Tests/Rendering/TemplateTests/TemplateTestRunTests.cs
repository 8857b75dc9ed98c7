using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Rendering.TemplateTests;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests.Rendering.TemplateTests;

public sealed class TemplateTestRunTests
{
    private static readonly Workspace Example = Workspace.Load(Repository.Root, environment: null);

    [Fact]
    public void TheShippedTestsPass()
    {
        var problems = new ProblemList();
        var files = TemplateTestLoader.Files(Repository.Root).Select(f => TemplateTestLoader.Load(f, File.ReadAllBytes(Repository.PathOf(f)), problems)!).ToList();

        var results = TemplateTestRun.Run(Example, files, problems, TestContext.Current.CancellationToken);

        Assert.Empty(problems.Items);
        Assert.True(results.Count >= 5);
        Assert.Empty(results.SelectMany(r => r.Failures).Select(f => $"{f.Place}: {f.Text}"));
    }

    [Theory]
    [InlineData("subject: { contains: Maya }", "(6,26): subject does not contain\n  expected: Maya\n  nearest:  Mei, your oolong is running low")]
    [InlineData("subject: { not_contains: oolong }", "(6,30): subject contains what it must not\n  unwanted: oolong\n  found in: Mei, your oolong is running low")]
    [InlineData("subject: { equals: \"Mei, hello\" }", "(6,25): subject differs (- expected, + actual)\n  - Mei, hello\n  + Mei, your oolong is running low")]
    [InlineData("subject: { matches: ^oolong }", "(6,25): subject has no match\n  pattern:  ^oolong\n  begins:   Mei, your oolong is running low")]
    [InlineData("fails: no reason", "(6,12): there is a message, and none was expected")]
    [InlineData("html: { contains: \"<strong>10% of</strong> until\" }", "(6,24): html does not contain\n  expected: <strong>10% of</strong> until\n  nearest:  <p style=\"margin:0 0 8px\"><strong>10% off</strong> until the end of the month with the code <strong>SPRING-10</strong>.</p>")]
    [InlineData("text: { contains: [the   spring, \"cup is soft\"] }", "(6,24): text does not contain\n  expected: the spring\n  nearest:  The spring harvest is in, Mei")]
    public void SaysHowAMessageDiffers(string expectation, string expected)
    {
        var results = Run($"campaign: spring-tea\ntests:\n  - test: one\n    customer: {{ first_name: Mei }}\n    cell: ten-percent\n    {expectation}\n", out var problems);

        Assert.Empty(problems);
        Assert.Equal([$"t.yaml{expected}"], results.Single().Failures.Select(f => $"{f.Place}: {f.Text}"));
    }

    [Fact]
    public void APersonHasFieldsRelationsZoneLanguageAndMoment()
    {
        var results = Run("""
            template: email/thank-you
            tests:
              - test: text only
                customer: { first_name: Mei, household: { name: The Lins }, interests: [oolong], total_spent: 12.50, birth_date: 1990-02-03, sms_consent: granted }
                language: zh-TW
                now: 2026-05-01 08:00
                orders:
                  - { ordered_at: 2026-02-01, amount: 3, lines: [{ amount: 2, product: { name: Oolong } }] }
                text: { contains: "Thank you, Mei" }
                subject: { contains: x }
            """, out var problems);

        Assert.Empty(problems);
        Assert.Equal(["t.yaml(10,26): the message has no subject"], results.Single().Failures.Select(f => $"{f.Place}: {f.Text}"));
    }

    [Theory]
    [InlineData("template: email/spring-tea\ntests:\n  - test: a\n    customer: { frist_name: Mei }\n    text: { contains: a }\n", "t.yaml(4,17): error CE3604: unknown field 'frist_name' of customers; did you mean 'first_name'?")]
    [InlineData("template: email/spring-tea\ntests:\n  - test: a\n    orders: [{ amount: much }]\n    text: { contains: a }\n", "t.yaml(4,24): error CE3605: 'amount' of orders is a number, and this is not one; write for example 'amount: 12.50'")]
    [InlineData("template: email/spring-tea\ntests:\n  - test: a\n    orders: 3\n    text: { contains: a }\n", "t.yaml(4,13): error CE3605: 'orders' takes rows of orders, each with its fields, not a single value")]
    [InlineData("template: email/spring-tea\ntests:\n  - test: a\n    cell: ten-percents\n    text: { contains: a }\n", "t.yaml(4,11): error CE3606: the campaign spring-tea has no cell 'ten-percents'; did you mean 'ten-percent'?")]
    [InlineData("campaign: sping-tea\ntests:\n  - test: a\n    text: { contains: a }\n", "t.yaml(1,11): error CE3607: there is no campaign 'sping-tea' without errors in campaigns/; did you mean 'spring-tea'?")]
    [InlineData("campaign: spring-tea\ndrop: anounce\ntests:\n  - test: a\n    text: { contains: a }\n", "t.yaml(2,7): error CE3607: the campaign spring-tea has no drop 'anounce'; did you mean 'announce'?")]
    [InlineData("template: email/sprin-tea\ntests:\n  - test: a\n    text: { contains: a }\n", "t.yaml(1,11): error CE3001: the template 'email/sprin-tea' has no file: templates/email/sprin-tea exists with neither '.sbn-html', '.sbn-md' nor '.sbn-txt'; did you mean 'email/spring-tea'?")]
    [InlineData("tests:\n  - test: a\n    text: { contains: a }\n", "t.yaml(1,1): error CE3601: the file says neither which 'template' nor which 'campaign' it tests; write for example 'template: email/spring-tea'")]
    [InlineData("template: email/spring-tea\ntests:\n  - test: a\n", "t.yaml(3,5): error CE3603: the test expects nothing; add 'subject', 'html' or 'text' with 'contains', 'not_contains', 'equals' or 'matches'")]
    [InlineData("template: email/spring-tea\ntests:\n  - test: a\n    text: { contain: a }\n", "t.yaml(4,13): error CE1101: unknown key 'contain' in 'text'; did you mean 'contains'?")]
    [InlineData("template: email/spring-tea\ntests:\n  - test: a\n    text: { contains: a }\n  - test: a\n    text: { contains: a }\n", "t.yaml(5,11): error CE3602: two tests are named 'a'; the first is in line 3. Rename one")]
    public void FaultsAreReportedWhereTheyStand(string yaml, string expected)
    {
        var results = Run(yaml, out var problems);

        Assert.Empty(results);
        Assert.Equal([expected], problems);
    }

    [Theory]
    [InlineData("(a+)+$(?=b)")]
    [InlineData("(")]
    public void PatternsThatCannotBeBoundedAreRefused(string pattern)
    {
        Run($"template: email/spring-tea\ntests:\n  - test: a\n    text: {{ matches: '{pattern}' }}\n", out var problems);

        Assert.StartsWith($"t.yaml(4,23): error CE1105: 'matches': '{pattern}' is no regular expression that can be used here: ", problems.Single(), StringComparison.Ordinal);
    }

    private static IReadOnlyList<TemplateTestResult> Run(string yaml, out IReadOnlyList<string> problems)
    {
        var list = new ProblemList();
        var file = TemplateTestLoader.Load("t.yaml", Encoding.UTF8.GetBytes(yaml), list);
        var results = file is null ? [] : TemplateTestRun.Run(Example, [file], list, TestContext.Current.CancellationToken);
        problems = [.. list.Items.Select(p => p.ToString())];
        return results;
    }
}
