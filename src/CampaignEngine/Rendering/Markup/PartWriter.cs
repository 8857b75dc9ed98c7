using System.Text;

namespace CampaignEngine.Rendering.Markup;

/// <summary>
/// Collects what each use of a file becomes, and makes templates of it again. Uses of one partial that come out equal stay one partial;
/// others become copies of their own, and the includes name them.
/// </summary>
internal sealed class PartWriter(Func<string, string> nameOf)
{
    private readonly Dictionary<FlatPart, List<FlatSegment>> _segments = [];
    private readonly Dictionary<(string Path, string Text), string> _names = [];
    private readonly Dictionary<string, string> _partials = new(StringComparer.Ordinal);

    /// <summary>The partials by their new names, once <see cref="Finish"/> has run.</summary>
    public IReadOnlyDictionary<string, string> Partials => _partials;

    public void Append(FlatPart part, string text) => Of(part).Add(new FlatSegment(text, -1));

    /// <summary>Code of the file, as it stands; its includes follow their partials' new names.</summary>
    public void AppendCode(FlatPiece piece) => Of(piece.Part).Add(new FlatSegment(piece.Span.ToString(), piece.Start));

    /// <returns>The new text of the template.</returns>
    public string Finish(FlatPart part)
    {
        var text = new StringBuilder();
        foreach (var segment in Of(part))
        {
            if (segment.SourceStart < 0)
            {
                text.Append(segment.Text);
                continue;
            }

            var from = 0;
            foreach (var (nameStart, child) in part.Includes)
            {
                var at = nameStart - segment.SourceStart;
                if (at >= from && at < segment.Text.Length)
                {
                    text.Append(segment.Text, from, at - from).Append(Name(child));
                    from = at + child.Path.Length;
                }
            }

            text.Append(segment.Text, from, segment.Text.Length - from);
        }

        return text.ToString();
    }

    private string Name(FlatPart part)
    {
        var text = Finish(part);
        if (_names.TryGetValue((part.Path, text), out var known))
        {
            return known;
        }

        var wanted = nameOf(part.Path);
        var name = wanted;
        for (var copy = 2; _partials.ContainsKey(name); copy++)
        {
            var dot = wanted.LastIndexOf('.');
            name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(dot < 0 ? wanted : wanted[..dot])}~{copy}{(dot < 0 ? "" : wanted[dot..])}");
        }

        _partials.Add(name, text);
        return _names[(part.Path, text)] = name;
    }

    private List<FlatSegment> Of(FlatPart part) => _segments.TryGetValue(part, out var list) ? list : _segments[part] = [];

    private readonly record struct FlatSegment(string Text, int SourceStart);
}
