namespace CampaignEngine.Cli.Demo;

/// <summary>One generated order with its lines (product number counted from 0, quantity).</summary>
internal sealed record ShopOrder(long Id, ShopPerson Customer, DateTimeOffset At, string Kind, string Channel, IReadOnlyList<(int Product, int Quantity)> Lines)
{
    public decimal Amount => Lines.Sum(l => ShopNames.Products[l.Product].Price * l.Quantity);
}

/// <summary>Makes the orders: a few people buy often, most once or twice, a fifth never; one order in fifty is sent back.</summary>
internal sealed class ShopOrders(int seed, DateTimeOffset today)
{
    private readonly Random _random = new(seed);

    public IEnumerable<ShopOrder> Make(IReadOnlyList<ShopPerson> people, int count)
    {
        double[] upTo = new double[people.Count];
        double total = 0;
        for (int i = 0; i < upTo.Length; i++)
        {
            upTo[i] = total += _random.Next(100) < 20 ? 0 : Math.Pow(_random.NextDouble(), -0.55) - 0.9;
        }

        for (int id = 1; id <= count; id++)
        {
            int at = Array.BinarySearch(upTo, _random.NextDouble() * total);
            var buyer = people[Math.Min(at < 0 ? ~at : at, people.Count - 1)];
            bool back = _random.Next(50) == 0;
            yield return new ShopOrder(id, buyer, When(buyer), back ? "return" : "sale", _random.Next(10) < 7 ? "web" : _random.Next(2) == 0 ? "store" : "phone", Lines(buyer, back));
        }
    }

    // More orders lately than long ago, none before the person was a customer.
    private DateTimeOffset When(ShopPerson buyer)
    {
        double span = (today - buyer.Since).TotalMinutes - 60;
        return today.AddMinutes(-60 - Math.Pow(_random.NextDouble(), 1.4) * span);
    }

    private (int Product, int Quantity)[] Lines(ShopPerson buyer, bool back)
    {
        var lines = new Dictionary<int, int>();
        for (int i = _random.Next(1, 5); i > 0; i--)
        {
            int product = buyer.Interests.Contains("teaware") && _random.Next(3) == 0 ? 12 + _random.Next(6) : (int)(Math.Pow(_random.NextDouble(), 1.5) * ShopNames.Products.Count);
            lines[product] = lines.GetValueOrDefault(product) + (_random.Next(4) == 0 ? 2 : 1);
        }
        return [.. lines.Select(l => (l.Key, back ? -l.Value : l.Value))];
    }
}
