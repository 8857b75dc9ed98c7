using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;

namespace CampaignEngine.Audiences;

/// <summary>
/// A campaign's conditions and orderings bound to the customer model. Channels, dedupe keys and senders are checked by
/// <see cref="CampaignCheck"/>, templates by Rendering.
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
        Entity people = model.People;
        var binder = new ConditionBinder(model, own);
        CheckOrderings(campaign.Audience, people, binder);
        var bound = new BoundAudience
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
        problems.AddRange(own.Items);
        return own.HasErrors ? null : bound;
    }

    private static void CheckOrderings(AudienceDefinition audience, Entity people, ConditionBinder binder)
    {
        foreach (Ordering ordering in audience.Survivor)
        {
            binder.BindExpression(ordering.Expression, people);
        }

        if (audience.Limit?.By is { } by)
        {
            binder.BindExpression(by.Expression, people);
        }
    }
}
