using CampaignEngine.Templating;

namespace CampaignEngine.Templating.Tests;

public sealed class GoldenCaseTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Cases");

    public static TheoryData<string> Names() =>
        [.. Directory.GetFiles(Folder, "*.txt", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith(".out.txt", StringComparison.Ordinal))
            .Select(f => Path.GetRelativePath(Folder, f)[..^4])
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryFeatureOfTheLanguagePrintsWhatItsCaseSays(string name)
    {
        var template = Template.Parse(File.ReadAllText(Path.Combine(Folder, name + ".txt")), name);

        Assert.Empty(template.Messages);
        Assert.Equal(File.ReadAllText(Path.Combine(Folder, name + ".out.txt")), template.Render());
    }
}
