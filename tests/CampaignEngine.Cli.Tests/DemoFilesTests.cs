using CampaignEngine.Cli.Demo;
using CampaignEngine.Testing;

namespace CampaignEngine.Cli.Tests;

public sealed class DemoFilesTests
{
    [Fact]
    public async Task TheDemonstrationsWorkspaceIsSoundWithItsGatewayInForce()
    {
        using var folder = new TempDirectory("demo");
        foreach (var (file, text) in DemoFiles.All())
        {
            folder.Write(file, text);
        }

        var validated = await CampaignProcess.RunAsync(folder.FullName, ["validate"], cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(validated.ExitCode == 0, validated.Output + validated.Errors);
        Assert.Contains("\n  texts:\n    http:\n", await File.ReadAllTextAsync(folder["engine.yaml"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains($"campaign: {DemoFiles.FollowUp}\n", await File.ReadAllTextAsync(folder[$"campaigns/{DemoFiles.FollowUp}.yaml"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
