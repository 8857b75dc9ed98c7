using System.Globalization;
using CampaignEngine.Campaigns;

namespace CampaignEngine.Deduplication;

/// <summary>The scopes in which a campaign's contacts and suppressions count.</summary>
public static class DropScopes
{
    /// <summary>Do-not-contact entries of these scopes keep a person out.</summary>
    public static IReadOnlyList<string> Suppression(CampaignDefinition campaign) => Suppression(campaign.Name, campaign.Brand);

    public static IReadOnlyList<string> Suppression(string campaign, string? brand) =>
        brand is null ? ["global", $"campaign:{campaign}"] : ["global", $"brand:{brand}", $"campaign:{campaign}"];

    /// <summary>
    /// Inside it an address is reached once: campaign/drop, or audience.once/drop, so that campaigns which share <c>once</c> keep out of
    /// each other's way. Each due time of a recurring drop is a scope of its own.
    /// </summary>
    public static string Once(CampaignDefinition campaign, string drop, DateTimeOffset? recurringDue)
    {
        var scope = $"{campaign.Audience.Once ?? campaign.Name}/{drop}";
        return recurringDue is { } due ? $"{scope}/{due.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}" : scope;
    }
}
