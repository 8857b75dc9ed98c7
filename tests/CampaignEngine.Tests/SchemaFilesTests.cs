using System.Text.Json;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests;

public sealed class SchemaFilesTests
{
    [Theory]
    [InlineData("campaign.schema.json")]
    [InlineData("engine.schema.json")]
    [InlineData("model.schema.json")]
    [InlineData("template-test.schema.json")]
    [InlineData("machines.schema.json")]
    [InlineData("import.schema.json")]
    public void AreUpToDateInTheRepository(string name)
    {
        using var parsed = JsonDocument.Parse(SchemaFiles.All[name]);

        Assert.False(parsed.RootElement.GetProperty("additionalProperties").GetBoolean());
        Golden.Equal(Repository.PathOf("schemas", name), SchemaFiles.All[name]);
    }
}
