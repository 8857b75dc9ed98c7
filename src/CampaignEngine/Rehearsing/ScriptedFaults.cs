using System.Globalization;
using System.Text.RegularExpressions;
using CampaignEngine.Authoring;

namespace CampaignEngine.Rehearsing;

/// <summary>
/// Faults as a person writes them on the command line: <c>latency=50ms,451=5%,550@old.example=100%,close-after=1%</c>. Which request is hit follows from its number,
/// so that a run can be repeated.
/// </summary>
public sealed partial class ScriptedFaults
{
    /// <summary>The connection ends and the message was not taken.</summary>
    public const string CloseBefore = "close-before";

    /// <summary>The message was taken and the connection ends without an answer.</summary>
    public const string CloseAfter = "close-after";

    /// <summary>The message was taken and the answer cannot be read.</summary>
    public const string Malformed = "malformed";

    /// <summary>A recipient is told "not now" the first time and taken the next.</summary>
    public const string Greylist = "greylist";

    /// <summary>So many messages a second are taken for a domain, the next ones "not now".</summary>
    public const string Throttle = "throttle";

    private static readonly string[] Common = ["latency", CloseBefore, CloseAfter, Malformed];
    private readonly List<Share> _shares = [];
    private readonly List<(string? Place, int Most)> _throttles = [];

    private ScriptedFaults()
    {
    }

    /// <summary>The other side takes everything at once.</summary>
    public bool IsEmpty => _shares.Count == 0 && _throttles.Count == 0 && Latency == TimeSpan.Zero;

    /// <summary>Whether a fault of one of these names is among them.</summary>
    public bool HasAny(IReadOnlyCollection<string> names) => _shares.Exists(s => names.Contains(s.Name));

    /// <summary>How long every answer takes.</summary>
    public TimeSpan Latency { get; private set; }

    /// <param name="status">Reply codes the other side knows.</param>
    /// <param name="own">Faults that only this other side has.</param>
    /// <param name="example">How such a list looks, for the fault.</param>
    /// <returns>Null with the fault of the text.</returns>
    public static ScriptedFaults? Read(string text, Func<int, bool> status, IReadOnlyList<string> own, string example, out string? fault)
    {
        IReadOnlyList<string> names = [.. Common, .. own];
        fault = null;
        var faults = new ScriptedFaults();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var match = Part().Match(part);
            var name = match.Groups["name"].Value;
            var isStatus = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && status(code);
            var place = match.Groups["place"] is { Success: true, Value: var written } ? written : null;
            var unit = name switch { "latency" => "ms", Throttle => "/s", _ => "%" };
            if (!match.Success || match.Groups["unit"].Value != unit || !(names.Contains(name) || isStatus) || (place is not null && name == "latency"))
            {
                fault = $"'{Shown.Text(part)}' is no fault; write {example}, with commas between{Suggestion.For(name, names)}";
                return null;
            }

            faults.Add(name, place, double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));
        }

        var most = faults.Sum(null) + faults._shares.Select(s => s.Place).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Select(p => faults.Sum(p)).DefaultIfEmpty().Max();
        if (most > 1 + 1e-9)
        {
            fault = string.Create(CultureInfo.InvariantCulture, $"the faults add up to {most:P0}; leave some requests alone");
            return null;
        }

        return faults;
    }

    /// <summary>The fault that hits a request, counted from 1; null for none.</summary>
    /// <param name="recipient">Address, for faults of one domain or address.</param>
    /// <param name="among">Only faults of these names; null: of any.</param>
    public string? Find(long request, string recipient = "", IReadOnlyCollection<string>? among = null)
    {
        // Multiples of the golden ratio spread over [0, 1) evenly, without any random number.
        var share = request * 0.6180339887498949 % 1;
        var from = 0.0;
        foreach (var fault in _shares)
        {
            if (!IsAt(recipient, fault.Place) || (among is not null && !among.Contains(fault.Name)))
            {
                continue;
            }

            if (share >= from && share < from + fault.Part)
            {
                return fault.Name;
            }

            from += fault.Part;
        }

        return null;
    }

    /// <summary>How many messages a second this recipient's domain takes; null: as many as come. What names the domain wins over what holds for all.</summary>
    public int? MostASecond(string recipient) => _throttles.Where(t => IsAt(recipient, t.Place)).OrderBy(t => t.Place is null).Select(t => (int?)t.Most).FirstOrDefault();

    private static bool IsAt(string recipient, string? place) =>
        place is null || recipient.EndsWith(place.Contains('@', StringComparison.Ordinal) ? place : "@" + place, StringComparison.OrdinalIgnoreCase);

    private double Sum(string? place) => _shares.Where(s => string.Equals(s.Place, place, StringComparison.OrdinalIgnoreCase)).Sum(s => s.Part);

    private void Add(string name, string? place, double number)
    {
        switch (name)
        {
            case "latency":
                Latency = TimeSpan.FromMilliseconds(number);
                break;
            case Throttle:
                _throttles.Add((place, (int)number));
                break;
            default:
                _shares.Add(new Share(place, number / 100, name));
                break;
        }
    }

    /// <param name="Place">Domain or address; null: everywhere.</param>
    private readonly record struct Share(string? Place, double Part, string Name);

    [GeneratedRegex(@"\A(?<name>[1-5][0-9]{2}|[a-z-]+)(@(?<place>[^=,\s]{1,254}))?=(?<value>[0-9]{1,6}(\.[0-9]{1,3})?)(?<unit>ms|%|/s)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Part();
}
