using System.Globalization;
using CampaignEngine.Authoring;

namespace CampaignEngine.Campaigns;

/// <summary>Reads contact caps, short ("2 email within 7 days") or long.</summary>
internal static class ContactCaps
{
    public static IReadOnlyList<ContactCap> Read(YamlMapping mapping, string key, ProblemList problems)
    {
        var caps = new List<ContactCap>();
        foreach (var node in mapping.Items(key))
        {
            var cap = node is YamlMapping map ? Long(map) : node is YamlScalar scalar ? Short(scalar) : null;
            if (cap is { Count: 0 })
            {
                problems.Error(cap.Place, "CE1209", "a cap of 0 messages contacts nobody; write at least 1");
            }
            else if (cap is not null)
            {
                caps.Add(cap);
            }
        }

        return caps;
    }

    private static ContactCap? Long(YamlMapping cap) =>
        cap.Integer("at_most") is { } count && cap.Duration("within") is { } within ? new ContactCap(count, within, cap.Text("channel"), cap.Place) : null;

    private static ContactCap? Short(YamlScalar scalar)
    {
        var match = CampaignShape.MatchCap(scalar.Text);
        if (!match.Success || Quantity.TryDuration(match.Groups["within"].Value, out var within) is not null)
        {
            return null;
        }

        var channel = match.Groups["channel"];
        return new ContactCap(int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture), within, channel.Success ? channel.Value : null, scalar.Place);
    }
}
