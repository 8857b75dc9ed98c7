using System.Text;
using System.Text.RegularExpressions;

namespace CampaignEngine.Rendering.Markup;

/// <summary>
/// A template with its literal includes opened where they stand, as one text whose code is blotted out: the page as a reader of HTML sees it,
/// while every place in it can be found again in the file it comes from.
/// </summary>
internal sealed partial class FlatTemplate
{
    /// <summary>Stands for every character of code: a private sign that HTML, CSS and e-mail have no meaning for.</summary>
    public const char Hole = '\uE000';

    private const int DeepestInclude = 20;
    private const int MostPieces = 20_000;
    private const int MostText = 4 * 1024 * 1024;

    private readonly IReadOnlyDictionary<string, string> _partials;
    private readonly StringBuilder _text = new();
    private readonly List<FlatPiece> _pieces = [];

    private FlatTemplate(IReadOnlyDictionary<string, string> partials, string path, string source)
    {
        _partials = partials;
        Root = new FlatPart(path, source);
        Open(Root, []);
        Text = _text.ToString();
    }

    public string Text { get; }

    public FlatPart Root { get; }

    public IReadOnlyList<FlatPiece> Pieces => _pieces;

    /// <summary>False when an include could not be opened (computed name, recursion, too large), so that the page may hold more than <see cref="Text"/>.</summary>
    public bool Complete { get; private set; } = true;

    public static FlatTemplate Of(string path, string source, IReadOnlyDictionary<string, string> partials) => new(partials, path, source);

    /// <summary>Finished HTML, in which braces mean nothing.</summary>
    public static FlatTemplate OfPage(string html)
    {
        var flat = new FlatTemplate(new Dictionary<string, string>(), "", "");
        return new FlatTemplate(flat, html);
    }

    private FlatTemplate(FlatTemplate empty, string html)
    {
        (_partials, Root, Text) = (empty._partials, new FlatPart("", html), html);
        _pieces.Add(new FlatPiece(Root, 0, html.Length, false, 0));
    }

    /// <summary>Index of the piece that holds a character of <see cref="Text"/>.</summary>
    public int PieceAt(int offset)
    {
        var (low, high) = (0, _pieces.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _pieces[middle].FlatStart <= offset ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    /// <summary>Pieces that overlap a range, cut to it.</summary>
    public IEnumerable<FlatPiece> In(int start, int end)
    {
        for (var i = _pieces.Count == 0 ? 0 : PieceAt(start); i < _pieces.Count && _pieces[i].FlatStart < end; i++)
        {
            var piece = _pieces[i];
            var (from, to) = (Math.Max(start, piece.FlatStart), Math.Min(end, piece.FlatStart + piece.Length));
            if (from < to)
            {
                yield return piece with { Start = piece.Start + from - piece.FlatStart, End = piece.Start + to - piece.FlatStart, FlatStart = from };
            }
        }
    }

    /// <summary>The code of the range that holds any; a piece that starts in it counts whole.</summary>
    public bool HasCode(int start, int end) => Text.AsSpan(start, end - start).Contains(Hole);

    /// <summary>File, line and column of a place in <see cref="Text"/>.</summary>
    public (string Path, int Line, int Column) PlaceOf(int offset)
    {
        if (_pieces.Count == 0)
        {
            return (Root.Path, 1, 1);
        }

        var piece = _pieces[PieceAt(Math.Min(offset, Math.Max(0, Text.Length - 1)))];
        return piece.Part.PlaceOf(piece.Start + Math.Min(offset - piece.FlatStart, piece.Length));
    }

    /// <summary>Names of literal includes in a piece of code, with where the name stands in it.</summary>
    public static IEnumerable<(string Name, int Start, int Length)> Includes(string code) =>
        IncludeText().Matches(code).Where(m => m.Groups["name"].Success).Select(m => (m.Groups["name"].Value, m.Groups["name"].Index, m.Groups["name"].Length));

    private void Open(FlatPart part, Stack<string> path)
    {
        foreach (var piece in TemplatePieces.Split(part.Source))
        {
            _pieces.Add(new FlatPiece(part, piece.Start, piece.End, piece.Code, _text.Length));
            if (!piece.Code)
            {
                _text.Append(part.Source, piece.Start, piece.End - piece.Start);
                continue;
            }

            _text.Append(Hole, piece.End - piece.Start);
            var code = part.Source[piece.Start..piece.End];
            foreach (Match include in IncludeText().Matches(code))
            {
                var name = include.Groups["name"].Value;
                // A text partial inside HTML is printed as a value, not as markup.
                if (include.Groups["name"].Success && (!_partials.TryGetValue(name, out _) || name.EndsWith(".sbn-txt", StringComparison.OrdinalIgnoreCase)))
                {
                    continue;
                }

                if (!include.Groups["name"].Success || path.Contains(name) || path.Count >= DeepestInclude || _pieces.Count > MostPieces || _text.Length > MostText)
                {
                    Complete = false;
                    continue;
                }

                var child = new FlatPart(name, _partials[name]);
                part.Includes.Add((piece.Start + include.Groups["name"].Index, child));
                path.Push(name);
                Open(child, path);
                path.Pop();
            }
        }
    }

    [GeneratedRegex(@"\binclude(?:_join)?\b\s*\(?\s*(?:(?<quote>[""'])(?<name>[^""']*)\k<quote>)?")]
    private static partial Regex IncludeText();
}

/// <summary>One use of a file in a message: a partial that is included twice has two.</summary>
internal sealed class FlatPart(string path, string source)
{
    private int[]? _lines;

    /// <summary>The template's path, or the name a partial is included with.</summary>
    public string Path { get; } = path;

    public string Source { get; } = source;

    /// <summary>Opened includes by where their name stands in <see cref="Source"/>.</summary>
    public List<(int NameStart, FlatPart Part)> Includes { get; } = [];

    public (string Path, int Line, int Column) PlaceOf(int offset)
    {
        _lines ??= [0, .. Source.Index().Where(c => c.Item == '\n').Select(c => c.Index + 1)];
        var found = Array.BinarySearch(_lines, offset);
        var line = found >= 0 ? found : ~found - 1;
        return (Path, line + 1, offset - _lines[line] + 1);
    }
}

/// <summary>A run of one file as it stands in the flat text.</summary>
internal readonly record struct FlatPiece(FlatPart Part, int Start, int End, bool Code, int FlatStart)
{
    public int Length => End - Start;

    public ReadOnlySpan<char> Span => Part.Source.AsSpan(Start, Length);
}
