using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests.Authoring;

public sealed class KeyReferenceTests
{
    public static TheoryData<string, string> Pages() => new() { { "authoring.md", "campaign" }, { "authoring.md", "engine" }, { "model.md", "model" } };

    [Theory]
    [MemberData(nameof(Pages))]
    public void ThePagesHoldTheKeysOfTheCode(string page, string file)
    {
        var path = Repository.PathOf("docs", page);
        var text = File.ReadAllText(path);
        var start = $"<!-- keys of {file}: generated -->\n";
        const string end = "<!-- end of keys -->";
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        var until = text.IndexOf(end, from, StringComparison.Ordinal);
        Shape shape = file switch { "campaign" => CampaignShape.Shape, "engine" => EngineShape.Shape, _ => ModelShape.Shape };

        Golden.Equal(path, text[..from] + KeyReference.Of(shape) + text[until..]);
    }
}
