using System.Xml.Linq;
using CampaignEngine.Authoring;
using CampaignEngine.Rendering.TemplateTests;

namespace CampaignEngine.Cli.Output;

/// <summary>Results of template tests in the form that CI systems show: a suite a file, a fault of a file as an error of its suite.</summary>
internal static class JUnitFile
{
    public static void Write(string path, IReadOnlyList<TemplateTestResult> results, ProblemList problems)
    {
        var suites = results.GroupBy(r => r.File).Select(g => Suite(g.Key, g.Count(), g.Count(r => !r.Passed), 0, g.Select(Case)));
        var faults = problems.Items.GroupBy(p => p.Place.File).Select(g => Suite(g.Key, g.Count(), 0, g.Count(), g.Select(p =>
            new XElement("testcase", new XAttribute("classname", g.Key), new XAttribute("name", p.Code), new XElement("error", new XAttribute("message", Clean(p.ToString())))))));
        new XDocument(new XElement("testsuites",
            new XAttribute("tests", results.Count), new XAttribute("failures", results.Count(r => !r.Passed)), new XAttribute("errors", problems.Items.Count), suites, faults)).Save(path);
    }

    private static XElement Suite(string name, int tests, int failures, int errors, IEnumerable<XElement> cases) => new("testsuite",
        new XAttribute("name", name), new XAttribute("tests", tests), new XAttribute("failures", failures), new XAttribute("errors", errors), cases);

    private static XElement Case(TemplateTestResult result) => new("testcase",
        new XAttribute("classname", result.File), new XAttribute("name", Clean(result.Test)),
        result.Failures.Select(f => new XElement("failure", new XAttribute("message", Clean(f.Text.Split('\n')[0])), Clean($"{f.Place}: {f.Text}"))));

    // XML has no way to write most control characters.
    private static string Clean(string text) => string.Concat(text.Where(c => c is '\n' or '\t' || !char.IsControl(c) && c is not ('\uFFFE' or '\uFFFF')));
}
