namespace CampaignEngine.Reporting.Attribution;

/// <summary>From contacts before conversions to credits that add up.</summary>
internal sealed class CreditSheet
{
    private static readonly AttributionMethod[] Methods = Enum.GetValues<AttributionMethod>();
    private readonly CampaignReport _report;
    private readonly Dictionary<Key, Sums> _sums = [];
    private readonly long _orders;
    private readonly decimal _revenue;

    /// <param name="touches">Of this campaign and others, in any order; every conversion has one of this campaign at least.</param>
    public CreditSheet(CampaignReport report, IEnumerable<Touch> touches)
    {
        _report = report;
        foreach (var order in touches.GroupBy(t => t.Order, StringComparer.Ordinal))
        {
            var chain = order.OrderBy(t => t.ContactedAt).ThenBy(t => t.Mailing).ToList();
            Credit(chain);
            _orders++;
            _revenue += chain[0].Amount;
        }
    }

    /// <summary>The report; every column adds up to the conversions, or there is a fault in the arithmetic.</summary>
    /// <exception cref="InvalidOperationException">It does not.</exception>
    public AttributionReport Report(IReadOnlyList<string> others)
    {
        var (incremental, incrementalRevenue) = (Incremental(c => c.Orders), Incremental(c => c.Revenue));
        List<CreditRow> rows = [.. _sums.OrderBy(s => s.Key.Campaign != _report.Campaign).ThenBy(s => s.Key.Campaign, StringComparer.Ordinal)
            .ThenBy(s => s.Key.Drop, StringComparer.Ordinal).ThenBy(s => s.Key.Cell, StringComparer.Ordinal)
            .Select(s => Row(s.Key, s.Value, incremental?.GetValueOrDefault(s.Key), incrementalRevenue?.GetValueOrDefault(s.Key)))];
        if (incremental is not null)
        {
            rows.Add(new CreditRow
            {
                Campaign = CreditRow.Unprompted,
                HoldoutIncremental = _orders - incremental.Values.Sum(),
                HoldoutIncrementalRevenue = _revenue - incrementalRevenue!.Values.Sum(),
            });
        }

        var total = Total(rows, incremental is not null);
        return new AttributionReport
        {
            Campaign = _report.Campaign,
            AsOf = _report.AsOf,
            Window = _report.Window,
            Conversion = _report.Conversion,
            Orders = _orders,
            Revenue = _revenue,
            OtherCampaigns = others,
            Rows = rows,
            Total = total,
        };
    }

    private void Credit(List<Touch> chain)
    {
        var times = chain.Select(t => t.ContactedAt).ToList();
        foreach (var method in Methods)
        {
            var credits = Credits.Divide(1, method, times, chain[0].OrderedAt);
            var amounts = Credits.Divide(chain[0].Amount, method, times, chain[0].OrderedAt);
            for (var i = 0; i < chain.Count; i++)
            {
                var sums = SumsOf(new Key(chain[i].Campaign, chain[i].Drop, chain[i].Channel, chain[i].Cell));
                sums.Orders[(int)method] += credits[i];
                sums.Revenue[(int)method] += amounts[i];
            }
        }

        foreach (var key in chain.Select(t => new Key(t.Campaign, t.Drop, t.Channel, t.Cell)).Distinct())
        {
            SumsOf(key).Touched++;
        }
    }

    private Sums SumsOf(Key key) => _sums.TryGetValue(key, out var sums) ? sums : _sums[key] = new Sums();

    // What a cell has more than as many people of the control cell, divided among its drops as linear credit is. A cell that sold nothing has its loss in a row without a drop.
    private Dictionary<Key, decimal>? Incremental(Func<ReportRow, decimal> of)
    {
        var control = _report.Cells.Where(c => c.Control).ToList();
        var people = control.Sum(c => c.People);
        if (people == 0)
        {
            return null;
        }

        Dictionary<Key, decimal> incremental = [];
        foreach (var cell in _report.Cells.Where(c => !c.Control))
        {
            // The remainder of a test was contacted later than the tested cells, and the control cell is looked at over its window too.
            var (held, heldPeople) = cell.Comparison is { People: > 0 } own ? (of(own), own.People) : (control.Sum(of), people);
            var more = decimal.Round(of(cell) - (held * cell.Contacted / heldPeople), 6);
            var drops = _sums.Where(s => s.Key.Campaign == _report.Campaign && s.Key.Cell == cell.Cell && s.Value.Orders[(int)AttributionMethod.Linear] > 0)
                .OrderBy(s => s.Key.Drop, StringComparer.Ordinal).ToList();
            if (drops.Count == 0)
            {
                var empty = new Key(_report.Campaign, null, null, cell.Cell);
                SumsOf(empty);
                incremental[empty] = more;
                continue;
            }

            var parts = Credits.Divide(more, [.. drops.Select(d => (double)d.Value.Orders[(int)AttributionMethod.Linear])]);
            for (var i = 0; i < parts.Count; i++)
            {
                incremental[drops[i].Key] = parts[i];
            }
        }

        return incremental;
    }

    private CreditRow Row(Key key, Sums sums, decimal? incremental, decimal? incrementalRevenue) => new()
    {
        Campaign = key.Campaign,
        Drop = key.Drop,
        Channel = key.Channel,
        Cell = key.Cell,
        Touched = sums.Touched,
        First = sums.Orders[(int)AttributionMethod.First],
        Last = sums.Orders[(int)AttributionMethod.Last],
        Linear = sums.Orders[(int)AttributionMethod.Linear],
        Position = sums.Orders[(int)AttributionMethod.Position],
        TimeDecay = sums.Orders[(int)AttributionMethod.TimeDecay],
        HoldoutIncremental = incremental,
        FirstRevenue = sums.Revenue[(int)AttributionMethod.First],
        LastRevenue = sums.Revenue[(int)AttributionMethod.Last],
        LinearRevenue = sums.Revenue[(int)AttributionMethod.Linear],
        PositionRevenue = sums.Revenue[(int)AttributionMethod.Position],
        TimeDecayRevenue = sums.Revenue[(int)AttributionMethod.TimeDecay],
        HoldoutIncrementalRevenue = incrementalRevenue,
    };

    private CreditRow Total(List<CreditRow> rows, bool withControl)
    {
        var total = new CreditRow
        {
            Campaign = "all",
            Touched = _orders,
            First = rows.Sum(r => r.First),
            Last = rows.Sum(r => r.Last),
            Linear = rows.Sum(r => r.Linear),
            Position = rows.Sum(r => r.Position),
            TimeDecay = rows.Sum(r => r.TimeDecay),
            HoldoutIncremental = withControl ? rows.Sum(r => r.HoldoutIncremental ?? 0) : null,
            FirstRevenue = rows.Sum(r => r.FirstRevenue),
            LastRevenue = rows.Sum(r => r.LastRevenue),
            LinearRevenue = rows.Sum(r => r.LinearRevenue),
            PositionRevenue = rows.Sum(r => r.PositionRevenue),
            TimeDecayRevenue = rows.Sum(r => r.TimeDecayRevenue),
            HoldoutIncrementalRevenue = withControl ? rows.Sum(r => r.HoldoutIncrementalRevenue ?? 0) : null,
        };
        decimal[] orders = [total.First, total.Last, total.Linear, total.Position, total.TimeDecay, total.HoldoutIncremental ?? _orders];
        decimal[] revenue = [total.FirstRevenue, total.LastRevenue, total.LinearRevenue, total.PositionRevenue, total.TimeDecayRevenue, total.HoldoutIncrementalRevenue ?? _revenue];
        return Array.TrueForAll(orders, o => o == _orders) && Array.TrueForAll(revenue, r => r == _revenue)
            ? total
            : throw new InvalidOperationException($"credits of {_report.Campaign} do not add up to its {_orders} conversions");
    }

    private sealed record Key(string Campaign, string? Drop, string? Channel, string? Cell);

    private sealed class Sums
    {
        public long Touched { get; set; }

        public decimal[] Orders { get; } = new decimal[Methods.Length];

        public decimal[] Revenue { get; } = new decimal[Methods.Length];
    }
}
