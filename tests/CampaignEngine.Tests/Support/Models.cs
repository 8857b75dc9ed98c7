using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Support;

/// <summary>The customer models that tests bind against.</summary>
internal static class Models
{
    private static readonly Lazy<CustomerModel> Built = new(() => Load("model.yaml", File.ReadAllBytes(Repository.PathOf("model.yaml"))));

    /// <summary>The built-in one, schema crm.</summary>
    public static CustomerModel Crm => Built.Value;

    public static CustomerModel Load(string file, ReadOnlySpan<byte> yaml)
    {
        var problems = new ProblemList();
        var model = ModelLoader.Load(file, yaml, problems);
        Assert.Empty(problems.Items);
        return model!;
    }
}
