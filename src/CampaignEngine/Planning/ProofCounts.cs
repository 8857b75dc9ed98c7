using System.Text.RegularExpressions;
using CampaignEngine.Authoring;
using CampaignEngine.Rendering.Linting;
using CampaignEngine.Rendering.ShortMessages;

namespace CampaignEngine.Planning;

/// <summary>Gathers what the rendering threads find; small however long the list is.</summary>
internal sealed partial class ProofCounts(IReadOnlyList<string> drops)
{
    // A text that differs for everybody would make a group for everybody.
    private const int MostGroups = 200;
    private const string Others = "other causes";

    private readonly ProofDrop[] _drops = [.. drops.Select(d => new ProofDrop(d, 0, 0, 0, null, 0))];
    private readonly Dictionary<(int Drop, string Cause), ProofGroup> _groups = [];
    private readonly Dictionary<(int Drop, string Country), ProofSegments> _segments = [];
    private readonly Lock _lock = new();
    private long _people;

    /// <summary>Takes over what one batch found and says how many people are done.</summary>
    public long Add(ProofCounts batch, int people)
    {
        lock (_lock)
        {
            for (var i = 0; i < _drops.Length; i++)
            {
                var (mine, theirs) = (_drops[i], batch._drops[i]);
                var larger = theirs.LargestBytes > mine.LargestBytes ? theirs : mine;
                _drops[i] = mine with
                {
                    Rendered = mine.Rendered + theirs.Rendered, Failed = mine.Failed + theirs.Failed, Clipped = mine.Clipped + theirs.Clipped,
                    LargestBytes = larger.LargestBytes, LargestCustomer = larger.LargestCustomer,
                };
            }

            foreach (var ((drop, cause), group) in batch._groups)
            {
                Group(drop, cause, group);
            }

            foreach (var ((drop, country), segments) in batch._segments)
            {
                _segments[(drop, country)] = _segments.TryGetValue((drop, country), out var known) ? known + segments : segments;
            }

            return _people += people;
        }
    }

    public void Rendered(int drop, string customer, long bytes, long html)
    {
        var now = _drops[drop];
        _drops[drop] = now with
        {
            Rendered = now.Rendered + 1,
            LargestBytes = Math.Max(now.LargestBytes, bytes),
            LargestCustomer = bytes > now.LargestBytes ? customer : now.LargestCustomer,
            Clipped = now.Clipped + (html > GmailClipping.Limit ? 1 : 0),
        };
    }

    public void Failed(int drop, PersonToProve person, string fault)
    {
        _drops[drop] = _drops[drop] with { Failed = _drops[drop].Failed + 1 };
        Group(drop, Cause(fault), new ProofGroup(_drops[drop].Drop, fault, 1, person.CustomerKey, person.Cell));
    }

    public void Sized(int drop, string country, ShortMessageSize size, Money? price)
    {
        var one = new ProofSegments(
            _drops[drop].Drop, country, 1, size.Segments, size.Encoding == ShortMessageEncoding.Ucs2 ? 1 : 0, size.Segments, size.Segments * price?.Amount, price?.Currency);
        _segments[(drop, country)] = _segments.TryGetValue((drop, country), out var known) ? known + one : one;
    }

    public PlanProof Result() => new(
        _drops.Sum(d => d.Rendered), _drops.Sum(d => d.Failed),
        [.. _groups.Values.OrderByDescending(g => g.People).ThenBy(g => g.Drop, StringComparer.Ordinal).ThenBy(g => g.Cause, StringComparer.Ordinal)], _drops)
    {
        Segments = [.. _segments.OrderBy(s => s.Key.Drop).ThenByDescending(s => s.Value.Messages).ThenBy(s => s.Key.Country, StringComparer.Ordinal).Select(s => s.Value)],
    };

    private void Group(int drop, string cause, ProofGroup group)
    {
        if (_groups.Count >= MostGroups && !_groups.ContainsKey((drop, cause)))
        {
            (cause, group) = (Others, group with { Cause = Others });
        }

        // The smallest key is the example, so that the same list gives the same proof whatever thread is first.
        _groups[(drop, cause)] = !_groups.TryGetValue((drop, cause), out var known) ? group
            : (string.CompareOrdinal(group.Customer, known.Customer) < 0 ? group : known) with { People = known.People + group.People };
    }

    // The same place and code are one cause, whatever value the text quotes.
    private static string Cause(string fault) => PlaceAndCode().Match(fault) is { Success: true } place ? place.Value : fault;

    [GeneratedRegex(@"^.*?\(\d+,\d+\): error CE\d+")]
    private static partial Regex PlaceAndCode();
}
