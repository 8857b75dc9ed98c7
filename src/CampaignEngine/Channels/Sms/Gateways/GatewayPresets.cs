using System.Collections.Frozen;
using System.Text;
using CampaignEngine.Authoring;

namespace CampaignEngine.Channels.Sms.Gateways;

/// <summary>Known gateways as YAML, in the same shape that authors write: Presets/*.yaml.</summary>
internal static class GatewayPresets
{
    private const string Prefix = "CampaignEngine.Channels.Sms.Gateways.Presets.";

    private static readonly FrozenDictionary<string, YamlMapping> All = typeof(GatewayPresets).Assembly.GetManifestResourceNames()
        .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(n => n[Prefix.Length..^".yaml".Length], Read);

    public static IEnumerable<string> Names => All.Keys.Order(StringComparer.Ordinal);

    /// <summary>The author's keys over those of the preset; an address, a body and the rules about replies are replaced whole.</summary>
    public static YamlMapping Under(YamlMapping http)
    {
        if (http.Text("preset") is not { } name || !All.TryGetValue(name, out var preset))
        {
            return http;
        }

        var own = http.Entries.Select(e => e.Key.Text).ToHashSet(StringComparer.Ordinal);
        bool Stays(string key) => !own.Contains(key) && !(key is "form" or "json" && (own.Contains("form") || own.Contains("json")));
        // Whether anybody listens is for the author to say; how the gateway speaks then is the preset's.
        var webhooks = http.Mapping("webhooks") is { } written && preset.Mapping("webhooks") is { } usual
            ? new YamlMapping(written.Place, [.. written.Entries, .. usual.Entries.Where(e => written[e.Key.Text] is null)]) : http.Mapping("webhooks");
        return new YamlMapping(http.Place,
        [
            .. http.Entries.Select(e => e.Key.Text == "webhooks" && webhooks is not null ? new(e.Key, webhooks) : e),
            .. preset.Entries.Where(e => Stays(e.Key.Text) && e.Key.Text != "webhooks"),
        ]);
    }

    private static YamlMapping Read(string resource)
    {
        using var stream = typeof(GatewayPresets).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var problems = new ProblemList();
        return YamlReader.Read(resource, Encoding.UTF8.GetBytes(reader.ReadToEnd()), problems) ?? throw new InvalidOperationException($"{resource}: {problems.Items[0]}");
    }
}
