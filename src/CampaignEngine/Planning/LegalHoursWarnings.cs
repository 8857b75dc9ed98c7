using System.Globalization;
using CampaignEngine.Campaigns;
using CampaignEngine.Scheduling;

namespace CampaignEngine.Planning;

/// <summary>Says where advertising by SMS may leave at hours that the recipient's country forbids.</summary>
internal static class LegalHoursWarnings
{
    public static IEnumerable<string> Of(CampaignDefinition campaign, IReadOnlyList<ProofSegments> segments)
    {
        if (campaign.Purpose != MessagePurpose.Marketing)
        {
            yield break;
        }

        foreach (var to in segments)
        {
            var schedule = campaign.Drops.First(d => d.Name == to.Drop).Schedule;
            if (LegalHours.Of(to.Country) is not { } legal || (legal.Covers(schedule.Between) && schedule.Zone == "recipient" && legal.Sundays))
            {
                continue;
            }

            var days = legal.Sundays ? "" : ", never on Sundays and public holidays";
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{to.Messages:N0} SMS of drop '{to.Drop}' go to {to.Country}, where advertising may leave from {legal.From:HH\\:mm} to {legal.To:HH\\:mm} local time only{days} ({legal.Source}): what falls due outside waits for these hours, by each person's own zone or else the engine's");
        }
    }
}
