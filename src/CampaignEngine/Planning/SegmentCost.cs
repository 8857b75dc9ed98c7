using System.Globalization;
using CampaignEngine.Campaigns;

namespace CampaignEngine.Planning;

/// <summary>Puts what SMS cost by segment and country into a plan, for drops that state no unit cost of their own, and what else their countries ask for.</summary>
internal static class SegmentCost
{
    // Gateways cut or refuse longer ones.
    private const int UsualMost = 10;

    public static PlanDocument Into(PlanDocument document, CampaignDefinition campaign, IReadOnlyList<ProofSegments> segments)
    {
        List<string> warnings = [.. LegalHoursWarnings.Of(campaign, segments)];
        var currency = campaign.Budget?.Currency ?? campaign.Drops.Select(d => d.UnitCost?.Currency).FirstOrDefault(c => c is not null);
        List<PlanDrop> drops = [.. document.Drops];
        foreach (var drop in segments.GroupBy(s => s.Drop))
        {
            if (drop.Max(s => s.MostSegments) is > UsualMost and var most)
            {
                warnings.Add(Text($"SMS of drop '{drop.Key}' have up to {most} segments; gateways take {UsualMost} at most"));
            }

            var unpriced = drop.Where(s => s.Cost is null).ToList();
            var prices = drop.Where(s => s.Cost is not null).ToList();
            if (campaign.Drops.First(d => d.Name == drop.Key).UnitCost is not null || prices.Count == 0)
            {
                continue;
            }

            if (unpriced.Count > 0)
            {
                warnings.Add(Text($"{unpriced.Sum(s => s.Segments):N0} segments of drop '{drop.Key}' have no price ({string.Join(", ", unpriced.Take(5).Select(s => s.Country.Length == 0 ? "no country" : s.Country))}): add 'other' to the route's prices"));
            }

            currency ??= prices[0].Currency;
            if (prices[0].Currency != currency)
            {
                warnings.Add(Text($"the SMS of drop '{drop.Key}' cost {prices.Sum(s => s.Cost):N2} {prices[0].Currency}, which the total in {currency} leaves out"));
                continue;
            }

            var at = drops.FindIndex(d => d.Drop == drop.Key);
            var cost = prices.Sum(s => s.Cost!.Value);
            drops[at] = drops[at] with { UnitCost = Math.Round(cost / prices.Sum(s => s.Messages), 4), Cost = cost };
        }

        var total = drops.Sum(d => d.Cost);
        if (total > 0 && document.Cost == 0 && campaign.Budget is null)
        {
            warnings.Add("the campaign has no budget to check its cost against");
        }

        return document with { Drops = drops, Cost = total, Currency = currency ?? document.Currency, Warnings = [.. document.Warnings, .. warnings] };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
