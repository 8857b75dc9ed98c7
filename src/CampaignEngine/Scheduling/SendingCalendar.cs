using CampaignEngine.Campaigns;

namespace CampaignEngine.Scheduling;

/// <summary>Quiet hours and holidays of an installation (engine.yaml). Advertising keeps them unless its campaign names quiet hours of its own; service messages keep only their own.</summary>
/// <param name="Quiet">By channel, in the recipient's zone.</param>
/// <param name="Zone">IANA zone of schedules that name none.</param>
public sealed record SendingCalendar(IReadOnlyDictionary<string, DayHours> Quiet, IReadOnlyList<DateOnly> Holidays, string Zone)
{
    /// <summary>When messages of a drop may leave.</summary>
    public SendingHours HoursOf(CampaignDefinition campaign, DropDefinition drop)
    {
        var marketing = campaign.Purpose == MessagePurpose.Marketing;
        return new SendingHours
        {
            Between = drop.Schedule.Between is { } hours ? new DayHours(hours.From, hours.To) : null,
            BetweenZone = drop.Schedule.Between is null || drop.Schedule.Zone == "recipient" ? null : drop.Schedule.Zone ?? Zone,
            Quiet = campaign.Quiet ?? (marketing && Quiet.TryGetValue(drop.Channel, out var quiet) ? quiet : null),
            Holidays = marketing ? Holidays : [],
            Legal = marketing && drop.Channel == "sms",
        };
    }
}
