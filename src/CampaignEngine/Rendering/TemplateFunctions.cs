using CampaignEngine.Templating;

namespace CampaignEngine.Rendering;

/// <summary>What templates can call beside the language's own functions.</summary>
internal static class TemplateFunctions
{
    public static TemplateEnvironment Environment(Func<string, string?> include, TimeZoneInfo zone, TimeProvider clock) =>
        // A literal address is replaced before this runs; a computed one is printed as it is, because it cannot be in the mailing's link table.
        new TemplateEnvironment { Include = include, Zone = zone, Clock = clock }.Add("link", (string url) => url);
}
