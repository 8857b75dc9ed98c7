using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Import;
using CampaignEngine.Rendering.TemplateTests;
using CampaignEngine.Tracking.Machines;

namespace CampaignEngine;

/// <summary>The JSON Schemas that make editors complete and check authored files, by file name.</summary>
public static class SchemaFiles
{
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["campaign.schema.json"] = JsonSchema.Of(CampaignShape.Shape, "A campaign"),
        ["engine.schema.json"] = JsonSchema.Of(EngineShape.Shape, "engine.yaml"),
        ["model.schema.json"] = JsonSchema.Of(ModelShape.Shape, "model.yaml"),
        ["template-test.schema.json"] = JsonSchema.Of(TemplateTestShape.Shape, "Template tests"),
        ["machines.schema.json"] = JsonSchema.Of(MachineRulesShape.Shape, "machines.yaml"),
        ["import.schema.json"] = JsonSchema.Of(ImportMapShape.Shape, "An import map"),
    };
}
