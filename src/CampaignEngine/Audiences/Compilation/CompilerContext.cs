using System.Globalization;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Purchases;

namespace CampaignEngine.Audiences.Compilation;

/// <summary>What all parts of one statement share.</summary>
internal sealed class CompilerContext(CustomerModel model, SelectionOptions options, PurchaseDefinition? purchases, bool lateral)
{
    private int _aliases;

    public CustomerModel Model { get; } = model;

    public SelectionOptions Options { get; } = options;

    /// <summary>What the purchase summary holds; null when the model has no rfm section.</summary>
    public PurchaseDefinition? Purchases { get; } = purchases;

    /// <summary>Aggregates are computed per row through LATERAL, for statements about a handful of people, instead of once for everybody.</summary>
    public bool Lateral { get; } = lateral;

    public Moments Moments { get; } = new(options.Now, options.Zone);

    public ParameterBag Parameters { get; private init; } = new();

    public HashSet<SqlName> Tables { get; } = [];

    public bool UsesPurchaseSummary { get; set; }

    public string NextAlias(char letter) => letter + (_aliases++).ToString(CultureInfo.InvariantCulture);

    /// <summary>A context whose aliases, parameters and tables leave no trace here.</summary>
    public CompilerContext Scratch() => new(Model, Options, Purchases, Lateral);
}
