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

            if (entity.Cost is { } cost)
            {
                Cost(entity, cost, model, problems);
            }
        }

        PurchaseDefinition.Of(model, problems);
    }

    private static void Cost(Entity entity, Written written, CustomerModel model, ProblemList problems)
    {
        if (new ConditionBinder(model, problems).BindExpression(written, entity) is not { } bound)
        {
            return;
        }

        var text = Shown.Text(written.Text);
        if (!bound.Kind.IsNumeric())
        {
            problems.Error(written.Place, "CE2021", $"the cost of {entity.Name}, '{text}', is {bound.Kind.Name()}; name an amount, such as a field of type money or sum(lines.cost)");
        }
        else if (RelationTime.Amount(model, entity) is not { } amount)
        {
            problems.Error(written.Place, "CE2021", $"{entity.Name} has a cost but no field of type money for what is paid, so there is no margin; add one, such as 'amount: money'");
        }
        else if (bound.Root is BoundField { Field: var field } && field == amount)
        {
            problems.Error(written.Place, "CE2021", $"the cost of {entity.Name} is '{amount.Name}', the field with what is paid (the first of type money, or that of rfm); name the field with what the goods cost, and write it behind the amount");
        }
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
