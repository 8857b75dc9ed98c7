using CampaignEngine.Operating;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Operating;

public sealed class UnmigratedReadinessTests(EmptyTestDatabase database) : IClassFixture<EmptyTestDatabase>
{
    [Fact]
    public async Task MissingMigrationsAreNamedWithTheCommand()
    {
        var findings = await new Readiness(database.Source, TimeProvider.System).CheckAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, findings.Count);
        Assert.EndsWith(" migrations are missing; run: campaign db migrate", findings[1].Fault, StringComparison.Ordinal);
    }
}
