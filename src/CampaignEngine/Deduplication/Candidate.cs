using System.Globalization;
using System.Text;
using CampaignEngine.Campaigns;

namespace CampaignEngine.Deduplication;

/// <summary>One row of the selection on its way into the candidate table.</summary>
public readonly record struct Candidate(
    string CustomerKey, short Failed, string? Problem, string? Address, byte[]? RecipientKey, byte[]?[] Matches,
    byte[]? Survivor, byte[]? LimitOrder, string? TimeZone, short Reach, double ControlShare, string? Cell);

/// <summary>Turns selected rows into candidates: normalised addresses, consent, match keys, sort keys, cells. Not thread-safe.</summary>
/// <param name="cells">Null where people keep the cells they have.</param>
public sealed class CandidateMaker(CandidateLayout layout, CampaignDefinition campaign, ContactPoints contacts, CellChooser? cells)
{
    private static readonly byte[]?[] NoMatches = new byte[]?[3];
    private readonly SortKey _sortKey = new();

    /// <summary>Match keys for those who are not selected too: needed once the drop has been sent before, so that they keep out their duplicates.</summary>
    public bool MatchesEverybody { get; init; }

    /// <param name="failed">0 when every condition holds, else the number of the first that does not.</param>
    /// <param name="values">The carried values in the layout's order; looked at for match keys only when <paramref name="failed"/> is not 0.</param>
    public Candidate Make(string customerKey, short failed, object?[] values)
    {
        if (failed != 0 && !MatchesEverybody)
        {
            return new Candidate(customerKey, failed, null, null, null, NoMatches, null, null, null, 0, 1, null);
        }

        if (failed != 0)
        {
            return new Candidate(customerKey, failed, null, null, null, Matches(values, Text(values, layout.Country)), null, null, null, 0, 1, null);
        }

        var country = Text(values, layout.Country);
        NormalisedContact lead = default;
        short reach = 0;
        for (var i = 0; i < layout.Channels.Count; i++)
        {
            var contact = Contact(i, values, country);
            if (i == 0)
            {
                lead = contact;
            }

            if (contact.Problem is null && i < 15)
            {
                reach |= (short)(1 << i);
            }
        }

        var matches = Matches(values, country);
        _sortKey.Clear();
        foreach ((var column, var descending) in layout.Survivor)
        {
            _sortKey.Add(values[column], descending);
        }

        var survivor = _sortKey.ToArray();
        byte[]? limitOrder = null;
        if (layout.LimitOrder is { } limit)
        {
            _sortKey.Clear();
            _sortKey.Add(values[limit.Column], limit.Descending);
            limitOrder = _sortKey.ToArray();
        }

        return new Candidate(customerKey, 0, lead.Problem, lead.Address, lead.Key, matches, survivor, limitOrder,
            Text(values, layout.TimeZone), reach, cells?.ControlShare(customerKey) ?? 1, cells?.Cell(customerKey));
    }

    private NormalisedContact Contact(int channel, object?[] values, string? country)
    {
        var columns = layout.Contacts[channel];
        var address = columns.Address.Count == 1 ? Text(values, columns.Address[0]) : Joined(values, columns.Address);
        var contact = contacts.Normalise(layout.Channels[channel], address, country);
        if (contact.Problem is not null || campaign.Purpose == MessagePurpose.Service || columns.Consent is not { } consent)
        {
            return contact;
        }

        return Consents(values[consent], columns.Contact.OptIn) ? contact : new NormalisedContact(null, null, Reason.NoConsent);
    }

    private byte[]?[] Matches(object?[] values, string? country)
    {
        var matches = new byte[]?[3];
        for (var i = 0; i < layout.DedupeKeys.Count; i++)
        {
            matches[i] = MatchKey(layout.DedupeKeys[i], values, country);
        }

        return matches;
    }

    private byte[]? MatchKey(DedupeKey key, object?[] values, string? country) => key switch
    {
        DedupeKey.Email => contacts.Normalise("email", Text(values, layout.Email), country).Key,
        DedupeKey.Phone => contacts.Normalise("sms", Text(values, layout.Phone), country).Key,
        _ => Text(values, layout.Household) is { Length: > 0 } household ? Encoding.UTF8.GetBytes(household) : null,
    };

    /// <summary>Consent fields are booleans or the texts granted, withdrawn and anything else for unknown.</summary>
    public static bool Consents(object? value, bool optIn) => value switch
    {
        bool granted => granted,
        string status => optIn
            ? status.Equals("granted", StringComparison.OrdinalIgnoreCase)
            : !status.Equals("withdrawn", StringComparison.OrdinalIgnoreCase),
        _ => !optIn,
    };

    private static string? Joined(object?[] values, IReadOnlyList<int> columns)
    {
        var parts = columns.Select(c => Text(values, c)).Where(part => !string.IsNullOrWhiteSpace(part)).ToList();
        return parts.Count == 0 ? null : string.Join('\n', parts);
    }

    private static string? Text(object?[] values, int? column) =>
        column is { } c && values[c] is { } value and not DBNull ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;
}
