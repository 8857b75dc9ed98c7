using CampaignEngine.Authoring;
using CampaignEngine.Customers;

namespace CampaignEngine.Campaigns;

/// <summary>Checks a campaign against the customer model and the settings; conditions and templates are checked by their own stages.</summary>
public static class CampaignCheck
{
    public static void Run(CampaignDefinition campaign, CustomerModel model, EngineSettings settings, ProblemList problems)
    {
        var people = model.People;
        if (campaign.Audience.From is { } from && from != people.Name)
        {
            problems.Error(campaign.Audience.Place, "CE1230", model.Entities.ContainsKey(from)
                ? $"'from' names {from}, but campaigns contact {people.Name}; write conditions on its relations instead"
                : $"'from' names '{Shown.Text(from)}', which is no entity of {model.File}; write '{people.Name}' or leave it out");
        }

        if (campaign.Audience.Dedupe.Contains(DedupeKey.Household) && people.Household is null)
        {
            problems.Error(campaign.Audience.Place, "CE1231", $"'dedupe' names household, but {model.File} has no 'household' field for {people.Name}; add it there or remove it here");
        }

        Need(DedupeKey.Email, "email");
        Need(DedupeKey.Phone, "sms");
        foreach (var drop in campaign.Drops)
        {
            Drop(drop, model, settings, problems);
        }

        void Need(DedupeKey key, string channel)
        {
            if (campaign.Audience.Dedupe.Contains(key) && !people.Contacts.ContainsKey(channel) && !(channel == "sms" && people.Contacts.ContainsKey("call")))
            {
                problems.Error(campaign.Audience.Place, "CE1231", $"'dedupe' names {key.ToString().ToLowerInvariant()}, but {model.File} has no '{channel}' contact point for {people.Name}; add it there or remove it here");
            }
        }
    }

    private static void Drop(DropDefinition drop, CustomerModel model, EngineSettings settings, ProblemList problems)
    {
        if (!model.People.Contacts.ContainsKey(drop.Channel))
        {
            problems.Error(drop.Place, "CE1232", $"nobody can be reached by {drop.Channel}: {model.File} has no '{drop.Channel}' contact point for {model.People.Name}");
        }

        if (drop.Schedule.Zone == "recipient" && model.People.TimeZone is null)
        {
            problems.Error(drop.Schedule.Place, "CE1233", $"'zone: recipient' needs the people's zones: {model.File} has no 'time_zone' field for {model.People.Name}");
        }

        if (drop.Channel == "sms")
        {
            if (settings.SmsSender(drop.Sender) is null)
            {
                problems.Add(new Problem(drop.Place, settings.SmsSenders.Count == 0 && drop.Sender is null ? Severity.Warning : Severity.Error, "CE1235", drop.Sender is null
                    ? $"nothing can send this SMS drop: {settings.File} has no sender with 'sms'; add it to one under 'senders'"
                    : $"the sender '{Shown.Text(drop.Sender)}' with 'sms' is not in {settings.File}{Suggestion.For(drop.Sender, settings.SmsSenders.Select(s => s.Name))}"));
            }
        }
        else if (drop.Sender is not null && settings.Sender(drop.Sender) is null)
        {
            problems.Error(drop.Place, "CE1234", $"the sender '{Shown.Text(drop.Sender)}' is not in {settings.File}{Suggestion.For(drop.Sender, settings.Senders.Select(s => s.Name))}");
        }
        else if (drop.Channel == "email" && settings.Sender(drop.Sender) is null)
        {
            problems.Error(drop.Place, "CE1234", $"an e-mail drop needs a sender, and {settings.File} has none; add one under 'senders'");
        }
    }
}
