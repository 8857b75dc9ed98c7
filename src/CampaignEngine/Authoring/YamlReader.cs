using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CampaignEngine.Authoring;

/// <summary>
/// YAML bytes → checked nodes. The input is hostile until it has passed: size, line length and characters before scanning;
/// depth, count, tags, anchors and duplicate keys event by event, before anything is built from them.
/// Only the event parser of YamlDotNet is used: it keeps its state on the heap, while its object layer recurses and dies of deep nesting.
/// </summary>
public sealed class YamlReader
{
    private readonly string _file;
    private readonly string[] _lines;
    private readonly YamlLimits _limits;
    private readonly ProblemList _problems;
    private readonly IParser _parser;
    private ParsingEvent? _last;
    private int _nodes;

    private YamlReader(string file, string text, YamlLimits limits, ProblemList problems)
    {
        (_file, _limits, _problems) = (file, limits, problems);
        _lines = text.Split('\n');
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>Reads a file whose top level is keys with values. Null when it could not be read; the problems say why.</summary>
    public static YamlMapping? Read(string file, ReadOnlySpan<byte> bytes, ProblemList problems, YamlLimits? limits = null)
    {
        limits ??= YamlLimits.Default;
        if (YamlText.Decode(file, bytes, limits, problems) is not { } text)
        {
            return null;
        }

        try
        {
            return new YamlReader(file, text, limits, problems).Document();
        }
        catch (YamlException fault)
        {
            problems.Error(new Place(file, Math.Max(1, (int)fault.Start.Line), Math.Max(1, (int)fault.Start.Column)), "CE1006", Explain(fault));
            return null;
        }
        catch (LimitException fault)
        {
            problems.Error(fault.Place, fault.Code, fault.Message);
            return null;
        }
    }

    private YamlMapping? Document()
    {
        Next(); // stream start
        if (Next() is StreamEnd)
        {
            _problems.Error(new Place(_file, 1, 1), "CE1013", "the file is empty");
            return null;
        }

        var root = Node(Next(), 0);
        Next(); // document end
        if (Next() is not StreamEnd and var second)
        {
            _problems.Error(PlaceOf(second), "CE1012", "a second document starts here; write it into a file of its own");
            return null;
        }

        if (root is YamlMapping mapping)
        {
            return mapping;
        }

        _problems.Error(root.Place, root is YamlScalar { IsNull: true } ? "CE1013" : "CE1103",
            root is YamlScalar { IsNull: true } ? "the file is empty" : $"the file must hold keys with values, not {root.KindName}");
        return null;
    }

    private ParsingEvent Next()
    {
        try
        {
            if (_parser.MoveNext())
            {
                return _last = _parser.Current!;
            }
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The scanner of YamlDotNet breaks its own invariants on some malformed texts.
        }

        var mark = _last?.End ?? Mark.Empty;
        throw new YamlException(mark, mark, "a bracket, brace or quote near here is not closed or not opened");
    }

    private YamlNode Node(ParsingEvent @event, int depth)
    {
        var place = PlaceOf(@event);
        if (++_nodes > _limits.Nodes)
        {
            throw new LimitException(place, "CE1008", string.Create(CultureInfo.InvariantCulture,
                $"the file holds more than {_limits.Nodes:N0} values; split it"));
        }

        if (depth > _limits.Depth)
        {
            throw new LimitException(place, "CE1007", $"values are nested deeper than {_limits.Depth} levels; check for a bracket that is never closed");
        }

        if (@event is AnchorAlias alias)
        {
            throw new LimitException(place, "CE1009", $"aliases are not allowed: write the value out, or quote the text '*{alias.Value}' if it is meant literally");
        }

        if (@event is NodeEvent node)
        {
            Refuse(node, place);
        }

        return @event switch
        {
            Scalar scalar => ScalarOf(scalar, place),
            SequenceStart => Sequence(place, depth),
            MappingStart => Mapping(place, depth),
            _ => throw new YamlException(@event.Start, @event.End, "a value is missing here"),
        };
    }

    private void Refuse(NodeEvent node, Place place)
    {
        if (!node.Anchor.IsEmpty)
        {
            _problems.Error(place, "CE1009", $"anchors are not allowed: remove '&{node.Anchor.Value}', or quote the text if it is meant literally");
        }

        if (!node.Tag.IsEmpty)
        {
            _problems.Error(place, "CE1010", node.Tag.IsNonSpecific
                ? "tags are not allowed: remove the '!', or quote the text if it is meant literally"
                : $"tags are not allowed: remove '{node.Tag.Value}', or quote the text if it is meant literally");
        }
    }

    private YamlSequence Sequence(Place place, int depth)
    {
        var items = new List<YamlNode>();
        while (Next() is not SequenceEnd and var item)
        {
            items.Add(Node(item, depth + 1));
        }

        return new YamlSequence(place, items);
    }

    private YamlMapping Mapping(Place place, int depth)
    {
        var entries = new List<KeyValuePair<YamlScalar, YamlNode>>();
        var first = new Dictionary<string, Place>(StringComparer.Ordinal);
        while (Next() is not MappingEnd and var start)
        {
            var key = Node(start, depth + 1);
            var value = Node(Next(), depth + 1);
            if (key is not YamlScalar name)
            {
                _problems.Error(key.Place, "CE1103", $"a key must be a single word, not {key.KindName}; quote the value if the braces or brackets belong to a text");
            }
            else if (name.Text == "<<")
            {
                _problems.Error(key.Place, "CE1009", "merge keys ('<<') are not allowed: write the keys out");
            }
            else if (first.TryGetValue(name.Text, out var earlier))
            {
                _problems.Error(key.Place, "CE1011", $"the key '{Shown.Text(name.Text)}' is written twice; the first is in line {earlier.Line}. Keep one");
            }
            else
            {
                first.Add(name.Text, key.Place);
                entries.Add(new(name, value));
            }
        }

        return new YamlMapping(place, entries);
    }

    private YamlScalar ScalarOf(Scalar scalar, Place place)
    {
        var (content, pieces) = ScalarPlaces.Of(scalar, place, _lines);
        return new YamlScalar(new Written(scalar.Value, content) { Pieces = pieces }, place, scalar.Style == ScalarStyle.Plain);
    }

    private Place PlaceOf(ParsingEvent @event) => new(_file, (int)@event.Start.Line, (int)@event.Start.Column);

    private static string Explain(YamlException fault)
    {
        var text = fault.InnerException is null ? fault.Message : fault.InnerException.Message;
        return text switch
        {
            _ when text.Contains("mapping values", StringComparison.OrdinalIgnoreCase) || text.Contains("invalid mapping", StringComparison.Ordinal) =>
                "a colon followed by a space starts a value here, where none is possible; put the whole text in quotes, or check the indentation",
            _ when text.Contains("directive", StringComparison.OrdinalIgnoreCase) => "directives are not allowed; remove the line that starts with '%', or quote the text",
            _ when text.Contains("cannot start any token", StringComparison.OrdinalIgnoreCase) => "a text may not start with this character; put it in quotes",
            _ => $"this is not well-formed YAML: {char.ToLowerInvariant(text[0])}{text[1..].TrimEnd('.')}",
        };
    }

    /// <summary>A bound is passed: reading stops at once, whatever the depth.</summary>
    private sealed class LimitException(Place place, string code, string message) : Exception(message)
    {
        public Place Place { get; } = place;

        public string Code { get; } = code;
    }
}
