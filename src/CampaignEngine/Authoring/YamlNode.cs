namespace CampaignEngine.Authoring;

/// <summary>A checked YAML value: no tags, no aliases, no duplicate keys, bounded in depth and count.</summary>
public abstract class YamlNode(Place place)
{
    public Place Place { get; } = place;

    /// <summary>What an author calls this kind of value, for messages.</summary>
    public abstract string KindName { get; }
}

/// <summary>A single value. Plain means written without quotes or block signs, so that ~, null and true have their YAML meaning.</summary>
public sealed class YamlScalar(Written value, Place place, bool plain) : YamlNode(place)
{
    public Written Value { get; } = value;

    public string Text => Value.Text;

    public bool Plain { get; } = plain;

    public bool IsNull => Plain && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string KindName => IsNull ? "nothing" : "a single value";
}

public sealed class YamlSequence(Place place, IReadOnlyList<YamlNode> items) : YamlNode(place)
{
    public IReadOnlyList<YamlNode> Items { get; } = items;

    public override string KindName => "a list";
}
