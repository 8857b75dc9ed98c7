using CampaignEngine.Campaigns;

namespace CampaignEngine.Rendering;

/// <summary>
/// Where the templates of a workspace are used. Several campaigns may share a template or a partial: a cell or drop of any of them is a name that
/// the file may ask for.
/// </summary>
public sealed class TemplateUse
{
    private readonly List<(string Template, CampaignDefinition Campaign, string Drop)> _uses = [];

    public TemplateUse(IEnumerable<CampaignDefinition> campaigns) =>
        _uses.AddRange(campaigns.SelectMany(c => c.Drops.Select(d => (d.Template.Text, c, d.Name))));

    /// <summary>Values that a template may compare with, beside those of the campaign that is checked.</summary>
    /// <param name="template">Null: a partial, which every template may include.</param>
    public IReadOnlyList<string> Values(string name, string? template)
    {
        var uses = _uses.Where(u => template is null || u.Template == template);
        return name switch
        {
            "cell" => [.. uses.SelectMany(u => u.Campaign.Cells).Select(c => c.Name).Distinct(StringComparer.Ordinal)],
            "drop" => [.. uses.Select(u => u.Drop).Distinct(StringComparer.Ordinal)],
            "campaign" => [.. uses.Select(u => u.Campaign.Name).Distinct(StringComparer.Ordinal)],
            _ => [.. uses.SelectMany(u => u.Campaign.Cells).Select(c => c.Vars.GetValueOrDefault(name)).OfType<string>().Distinct(StringComparer.Ordinal)],
        };
    }
}
