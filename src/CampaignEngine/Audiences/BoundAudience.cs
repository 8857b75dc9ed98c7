using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;

namespace CampaignEngine.Audiences;

/// <summary>
/// A campaign's conditions and orderings bound to the customer model: everything of a campaign file that can be checked without data
/// and without its templates.
/// </summary>
public sealed record BoundAudience
{
    public required Entity People { get; init; }

    public required IReadOnlyList<BoundCondition> Where { get; init; }

    public required IReadOnlyList<BoundCondition> Exclude { get; init; }

    /// <summary>By drop name: the drop's <c>only:</c>.</summary>
    public required IReadOnlyDictionary<string, BoundCondition> Only { get; init; }

    /// <summary>The campaign's <c>response.conversion</c>; null when none is measured.</summary>
    public required BoundRelation? Conversion { get; init; }

    /// <summary>The condition that a waterfall's number means: where from 1, then exclude.</summary>
    public BoundCondition Condition(int number) => number <= Where.Count ? Where[number - 1] : Exclude[number - Where.Count - 1];

    /// <summary>Binds; every problem is reported in one pass. Null when there is an error.</summary>
    public static BoundAudience? Bind(CampaignDefinition campaign, CustomerModel model, ProblemList problems)
    {
        var own = new ProblemList();
        BoundAudience? bound = null;
        if (FindPeople(campaign.Audience, model, own) is { } people)
        {
            var binder = new ConditionBinder(model, own);
            CheckOrderings(campaign.Audience, people, binder);
            CheckDedupe(campaign.Audience, people, own);
            CheckChannels(campaign, people, own);
            bound = new BoundAudience
            {
                People = people,
                Where = [.. campaign.Audience.Where.Select(w => binder.BindCondition(w, people)).OfType<BoundCondition>()],
                Exclude = [.. campaign.Audience.Exclude.Select(w => binder.BindCondition(w, people)).OfType<BoundCondition>()],
                Only = campaign.Drops.Where(d => d.Only is not null)
                    .Select(d => (d.Name, Condition: binder.BindCondition(d.Only!, people)))
                    .Where(o => o.Condition is not null)
                    .ToDictionary(o => o.Name, o => o.Condition!),
                Conversion = campaign.Response.Conversion is { } conversion ? binder.BindRelation(conversion, people) : null,
            };
        }
        problems.AddRange(own.Items);
        return own.HasErrors ? null : bound;
    }

    private static Entity? FindPeople(AudienceDefinition audience, CustomerModel model, ProblemList problems)
    {
        if (audience.From is null || audience.From == model.People.Name)
            return model.People;
        if (model.Entities.ContainsKey(audience.From))
            problems.Error(audience.Place, "CE1231", $"audience.from is '{audience.From}', whose rows are not people; only '{model.People.Name}' has contact points");
        else
            problems.Error(audience.Place, "CE1230", $"audience.from names '{audience.From}', which {model.File} does not know; the people are '{model.People.Name}'");
        return null;
    }

    private static void CheckOrderings(AudienceDefinition audience, Entity people, ConditionBinder binder)
    {
        foreach (Ordering ordering in audience.Survivor)
            binder.BindExpression(ordering.Expression, people);
        if (audience.Limit?.By is { } by)
            binder.BindExpression(by.Expression, people);
    }

    private static void CheckDedupe(AudienceDefinition audience, Entity people, ProblemList problems)
    {
        foreach (DedupeKey key in audience.Dedupe)
        {
            bool known = key switch
            {
                DedupeKey.Email => people.Contacts.ContainsKey("email"),
                DedupeKey.Phone => people.Contacts.ContainsKey("sms") || people.Contacts.ContainsKey("call"),
                _ => people.Household is not null,
            };
            if (!known)
            {
                string name = key.ToString().ToLowerInvariant();
                problems.Error(audience.Place, "CE1232", $"audience.dedupe names {name}, but the model gives {people.Name} no {name}: map it in model.yaml or leave it out");
            }
        }
        if (audience.Dedupe.Distinct().Count() > 3)
            problems.Error(audience.Place, "CE1233", "audience.dedupe takes at most three keys");
    }

    private static void CheckChannels(CampaignDefinition campaign, Entity people, ProblemList problems)
    {
        foreach (DropDefinition drop in campaign.Drops)
        {
            if (!people.Contacts.ContainsKey(drop.Channel))
            {
                string known = people.Contacts.Count == 0 ? "none" : string.Join(", ", people.Contacts.Keys.Order(StringComparer.Ordinal));
                problems.Error(drop.Place, "CE1234", $"drop '{drop.Name}' goes by {drop.Channel}, but the model gives {people.Name} no contact point for it (it has: {known})");
            }
        }
    }
}
