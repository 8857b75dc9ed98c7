using System.Globalization;

namespace CampaignEngine.Authoring;

/// <summary>
/// Keys with values, in written order. The typed getters return null where the key is missing or its value is not of that type:
/// the shape check has reported it by then, so loaders read on and find further problems in the same pass.
/// </summary>
public sealed class YamlMapping(Place place, IReadOnlyList<KeyValuePair<YamlScalar, YamlNode>> entries) : YamlNode(place)
{
    private readonly Dictionary<string, YamlNode> _byKey = entries.ToDictionary(e => e.Key.Text, e => e.Value, StringComparer.Ordinal);

    public IReadOnlyList<KeyValuePair<YamlScalar, YamlNode>> Entries { get; } = entries;

    public override string KindName => "keys with values";

    /// <summary>The value of a key; null when it is not written or written without a value.</summary>
    public YamlNode? this[string key] => _byKey.TryGetValue(key, out var node) && node is not YamlScalar { IsNull: true } ? node : null;

    public YamlScalar? Scalar(string key) => this[key] as YamlScalar;

    public YamlMapping? Mapping(string key) => this[key] as YamlMapping;

    public Written? Written(string key) => Scalar(key)?.Value;

    public string? Text(string key) => Scalar(key)?.Text;

    /// <summary>Place of a key's value, or of the mapping itself where the key is missing.</summary>
    public Place PlaceOf(string key) => this[key]?.Place ?? Place;

    public int? Integer(string key) =>
        int.TryParse(Text(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    public bool? Boolean(string key) => Text(key) switch { "true" => true, "false" => false, _ => null };

    public Money? Money(string key) => Quantity.TryMoney(Text(key), out var value) is null ? value : null;

    public Percentage? Percentage(string key) => Quantity.TryPercentage(Text(key), out var value) is null ? value : null;

    public CalendarDuration? Duration(string key) => Quantity.TryDuration(Text(key), out var value) is null ? value : null;

    /// <summary>A value of <see cref="ScalarKind.Day"/>, or a list of them; what is none is left out.</summary>
    public IReadOnlyList<DateOnly> Days(string key) =>
        [.. Writtens(key).Select(w => DateOnly.TryParseExact(w.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : (DateOnly?)null).OfType<DateOnly>()];

    public (TimeOnly From, TimeOnly To)? Hours(string key) => Quantity.TryHours(Text(key), out var value) is null ? value : null;

    /// <summary>Items of a list; a single item where the key holds one value instead of a list; empty where it is missing.</summary>
    public IReadOnlyList<YamlNode> Items(string key) => this[key] switch
    {
        null => [],
        YamlSequence sequence => sequence.Items,
        { } single => [single],
    };

    public IEnumerable<YamlMapping> Mappings(string key) => Items(key).OfType<YamlMapping>();

    public IEnumerable<Written> Writtens(string key) => Items(key).OfType<YamlScalar>().Where(s => !s.IsNull).Select(s => s.Value);
}
