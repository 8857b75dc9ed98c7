using System.Globalization;
using CampaignEngine.Campaigns;

namespace CampaignEngine.Planning;

/// <summary>A drop's schedule in words.</summary>
public static class ScheduleText
{
    public static string Of(DropDefinition drop, CampaignDefinition campaign, TimeZoneInfo zone)
    {
        var schedule = drop.Schedule;
        var zoneName = schedule.Zone == "recipient" ? "recipient's time" : schedule.Zone ?? zone.Id;
        var when = schedule switch
        {
            { Now: true } => "at launch",
            { At: { } at } => string.Create(CultureInfo.InvariantCulture, $"{at:yyyy-MM-dd HH:mm} {zoneName}"),
            { After: { } after } => schedule.Delay is { } delay ? $"{delay} after {after}" : $"after {after}",
            _ => $"cron {schedule.Cron} {zoneName}",
        };
        var hours = schedule.Between is { } between ? string.Create(CultureInfo.InvariantCulture, $", {between.From:HH:mm}-{between.To:HH:mm}") : "";
        var quiet = campaign.Quiet is { } nights ? string.Create(CultureInfo.InvariantCulture, $", not {nights.From:HH:mm}-{nights.To:HH:mm} recipient's time") : "";
        var only = drop.Only is { } condition ? $", only: {condition.Text}" : "";
        var last = schedule.ExpiresAfter is { } expires ? $", ends {expires} later" : "";
        return when + hours + quiet + last + only;
    }
}
