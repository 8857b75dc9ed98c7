using CampaignEngine.Authoring;
using CampaignEngine.Customers.Import;

namespace CampaignEngine.Customers;

/// <summary>Tables of the engine that import maps may feed beside those of the customer database, declared in an embedded model file.</summary>
/// <param name="resource">Its name in this assembly.</param>
internal sealed class EngineEntities(string resource)
{
    private readonly Lazy<CustomerModel> _model = new(() => Load(resource));

    /// <summary>Null, or what the map should feed.</summary>
    public string? Missing(ImportMap map) =>
        map.Sources.SelectMany(s => s.Entities).Any(e => _model.Value.Entities.ContainsKey(e.Entity.Name)) ? null : string.Join(", ", _model.Value.Entities.Keys);

    /// <summary>The customer model with these entities, which nobody else can name.</summary>
    public CustomerModel With(CustomerModel model)
    {
        var own = _model.Value.Entities;
        return model with { Entities = model.Entities.Where(e => !own.ContainsKey(e.Key)).Concat(own).ToDictionary(StringComparer.Ordinal) };
    }

    private static CustomerModel Load(string resource)
    {
        using var stream = typeof(EngineEntities).Assembly.GetManifestResourceStream(resource)!;
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        ProblemList problems = new();
        return ModelLoader.Load(resource, bytes.ToArray(), problems) ?? throw new InvalidOperationException(string.Join('\n', problems.Items));
    }
}
