namespace CampaignEngine.Tests.Reporting;

/// <summary>The figures of a report once more, counted person by person in memory from the definitions in docs/reports.md.</summary>
internal sealed class Recount(GeneratedLedger ledger, DateTimeOffset asOf, bool firstTouch, string[] counts, string? category)
{
    public Counted Of(string? cell, string? drop, bool control)
    {
        var touches = control ? ControlTouches() : Sent();
        var credit = Credit(touches);
        var mine = touches.Where(t => (cell is null || t.Cell == cell) && (drop is null || t.Drop == drop)).ToList();
        var reactions = ledger.Reactions.Where(r => r.At <= asOf && r.Recorded <= asOf).ToLookup(r => (r.Mailing, r.Ordinal));
        int People(Func<Touch, bool> holds) => mine.Where(holds).Select(t => t.Customer).Distinct().Count();
        bool Has(Touch t, string kind, bool cleaned = false) => reactions[(t.Mailing, t.Ordinal)].Any(r => r.Kind == kind && !(cleaned && r.Machine));
        bool InTime(Touch t, string kind) => counts.Contains(kind) && reactions[(t.Mailing, t.Ordinal)].Any(r => r.Kind == kind && !r.Machine && r.At <= t.At + GeneratedLedger.Window);
        var orders = mine.SelectMany(t => credit[(t.Mailing, t.Customer)]).ToList();
        var inDoubt = ledger.Contacts.Where(c => !control && !c.Seed && c.Fate == Fate.Doubt && c.At <= asOf && !reactions[(c.Mailing, c.Ordinal)].Any())
            .Where(c => (cell is null || c.Cell == cell) && (drop is null || c.Drop == drop)).Select(c => c.Customer).Distinct().Except(mine.Select(t => t.Customer)).Count();
        return new Counted(
            control ? 0 : People(_ => true),
            inDoubt,
            control ? 0 : People(t => !Has(t, "bounce")),
            People(t => Has(t, "open")), People(t => Has(t, "open", true)), People(t => Has(t, "click")), People(t => Has(t, "click", true)),
            People(t => Has(t, "unsubscribe")),
            People(t => InTime(t, "click") || InTime(t, "reply") || (counts.Contains("conversion") && credit[(t.Mailing, t.Customer)].Any())),
            People(t => credit[(t.Mailing, t.Customer)].Any()),
            orders.Count, orders.Sum(o => o.Amount), control ? 0 : mine.Sum(t => t.UnitCost));
    }

    /// <summary>The credited orders, person by person.</summary>
    public IEnumerable<IReadOnlyList<Order>> OrdersByPerson(string? cell, string? drop, bool control)
    {
        var touches = control ? ControlTouches() : Sent();
        var credit = Credit(touches);
        return touches.Where(t => (cell is null || t.Cell == cell) && (drop is null || t.Drop == drop)).GroupBy(t => t.Customer).Select(g => g.SelectMany(t => credit[(t.Mailing, t.Customer)]).ToList());
    }

    private List<Touch> Sent() =>
        [.. from c in ledger.Contacts
            where !c.Seed && c.At <= asOf
            let known = ledger.Reactions.Any(r => r.Mailing == c.Mailing && r.Ordinal == c.Ordinal && r.At <= asOf && r.Recorded <= asOf)
            where c.Fate is Fate.Accepted or Fate.DoubtSent || (c.Fate == Fate.Doubt && known)
            select new Touch(c.Mailing, c.Ordinal, c.Drop, c.Customer, c.Cell, c.At, c.UnitCost)];

    private List<Touch> ControlTouches() =>
        [.. from m in ledger.Mailings from person in ledger.Control select new Touch(m.Mailing, 0, m.Drop, person, "control", m.Due, 0)];

    private ILookup<(int Mailing, string Customer), Order> Credit(List<Touch> touches)
    {
        var byPerson = touches.ToLookup(t => t.Customer);
        var credited = from order in ledger.Orders
                       where order.At <= asOf && (category is null || order.Category == category)
                       let eligible = byPerson[order.Customer].Where(t => order.At >= t.At && order.At <= t.At + GeneratedLedger.Window).OrderBy(t => t.At).ToList()
                       where eligible.Count > 0
                       let touch = firstTouch ? eligible[0] : eligible[^1]
                       select (touch.Mailing, touch.Customer, order);
        return credited.ToLookup(c => (c.Mailing, c.Customer), c => c.order);
    }

    private sealed record Touch(int Mailing, int Ordinal, string Drop, string Customer, string Cell, DateTimeOffset At, decimal UnitCost);
}

internal sealed record Counted(
    int Contacted, int InDoubt, int Delivered, int OpensRaw, int Opens, int ClicksRaw, int Clicks, int Unsubscribes, int Responses, int Conversions, int Orders, decimal Revenue, decimal Cost);
