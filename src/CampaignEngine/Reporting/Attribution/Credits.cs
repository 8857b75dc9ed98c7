namespace CampaignEngine.Reporting.Attribution;

/// <summary>Divides a whole into parts that add up to it again, to the last unit: nothing is lost or made by rounding.</summary>
public static class Credits
{
    /// <summary>Days after which a contact's weight has halved under <see cref="AttributionMethod.TimeDecay"/>.</summary>
    public const double HalfLifeDays = 7;

    /// <summary>Parts of a conversion or of a unit of money that are told apart.</summary>
    private const decimal Unit = 0.000001m;

    /// <summary>What each contact gets.</summary>
    /// <param name="whole">1 for a conversion, or its amount of money; may be negative.</param>
    /// <param name="contacts">Times of the contacts, earliest first; at least one.</param>
    /// <param name="conversion">When the conversion happened.</param>
    public static IReadOnlyList<decimal> Divide(decimal whole, AttributionMethod method, IReadOnlyList<DateTimeOffset> contacts, DateTimeOffset conversion) =>
        Divide(whole, Weights(method, contacts, conversion));

    /// <summary>Parts in proportion to the weights: rounded down to the unit, and what is left goes to the largest remainders, the earliest among equals.</summary>
    public static IReadOnlyList<decimal> Divide(decimal whole, IReadOnlyList<double> weights)
    {
        ArgumentOutOfRangeException.ThrowIfZero(weights.Count);
        var sum = weights.Sum();
        if (sum <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(weights), "no weight is above zero");
        }

        var (sign, units) = (Math.Sign(whole), Math.Floor(Math.Abs(whole) / Unit));
        var parts = new decimal[weights.Count];
        var remainders = new (decimal Remainder, int Index)[weights.Count];
        for (var i = 0; i < weights.Count; i++)
        {
            var share = units * (decimal)(weights[i] / sum);
            parts[i] = Math.Floor(share);
            remainders[i] = (share - parts[i], i);
        }

        var left = units - parts.Sum();
        foreach (var (_, index) in remainders.OrderByDescending(r => r.Remainder).ThenBy(r => r.Index))
        {
            var more = Math.Clamp(left, -1, 1);
            parts[index] += more;
            left -= more;
        }

        // Amounts finer than the unit: the rest stays with the first, so that the sum is the whole in any case.
        parts[0] += left;
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = sign * parts[i] * Unit;
        }

        parts[0] += whole - parts.Sum();
        return parts;
    }

    private static IReadOnlyList<double> Weights(AttributionMethod method, IReadOnlyList<DateTimeOffset> contacts, DateTimeOffset conversion)
    {
        var weights = new double[contacts.Count];
        switch (method)
        {
            case AttributionMethod.First:
                weights[0] = 1;
                break;
            case AttributionMethod.Last:
                weights[^1] = 1;
                break;
            case AttributionMethod.Position when contacts.Count > 2:
                Array.Fill(weights, 0.2 / (contacts.Count - 2));
                (weights[0], weights[^1]) = (0.4, 0.4);
                break;
            case AttributionMethod.TimeDecay:
                // Counted from the latest contact, so that no weight can vanish however long ago all of them were.
                for (var i = 0; i < weights.Length; i++)
                {
                    weights[i] = Math.Pow(2, -(contacts[^1] - contacts[i]).TotalDays / HalfLifeDays);
                }

                break;
            default:
                Array.Fill(weights, 1);
                break;
        }

        return weights;
    }
}
