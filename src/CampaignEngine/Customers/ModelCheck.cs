using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Customers.Purchases;

namespace CampaignEngine.Customers;

/// <summary>Checks the expressions inside the model: computed fields and what counts as a purchase.</summary>
public static class ModelCheck
{
    public static void Run(CustomerModel model, ProblemList problems)
    {
        foreach (var entity in model.Entities.Values)
        {
            foreach (var field in entity.Fields.Values)
            {
                if (field.Is is { } written)
                {
                    Field(entity, field, written, model, problems);
                }
            }
        }

        PurchaseDefinition.Of(model, problems);
    }

    private static void Field(Entity entity, Field field, Written written, CustomerModel model, ProblemList problems)
    {
        if (new ConditionBinder(model, problems).BindExpression(written, entity) is not { } bound)
        {
            return;
        }

        var declared = ValueKinds.Of(field.Type);
        // Numbers of any kind may be read as money or as numbers; everything else must agree.
        var fits = bound.Kind == declared || (bound.Kind.IsNumeric() && declared is ValueKind.Number or ValueKind.Money);
        if (!fits)
        {
            problems.Error(written.Place, "CE2020", $"the field '{field.Name}' of {entity.Name} is declared as {declared.Name()}, and '{Shown.Text(written.Text)}' is {bound.Kind.Name()}; change its type");
        }
    }
}
