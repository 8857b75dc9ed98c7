using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CampaignEngine.Authoring;

/// <summary>Maps offsets of a YAML text value back to the file, so that a fault inside a condition is reported where it stands.</summary>
internal static class ScalarPlaces
{
    public static (Place Start, IReadOnlyList<(int Offset, Place Place)> Pieces) Of(Scalar scalar, Place place, string[] lines)
    {
        var multiline = scalar.End.Line > scalar.Start.Line;
        return scalar.Style switch
        {
            ScalarStyle.Literal or ScalarStyle.Folded => Lines(scalar, place, lines, place.Line + 1, 0),
            ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted when !multiline => Quoted(scalar, place, lines),
            ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted => Lines(scalar, place, lines, place.Line, place.Column),
            _ when multiline => Lines(scalar, place, lines, place.Line, place.Column - 1),
            _ => (place, []),
        };
    }

    // Each source line, trimmed, is a run of the value; runs are joined by one character (a line end or a space).
    private static (Place, IReadOnlyList<(int, Place)>) Lines(Scalar scalar, Place place, string[] lines, int firstLine, int firstColumn)
    {
        var pieces = new List<(int, Place)>();
        var search = 0;
        for (var line = firstLine; line <= lines.Length && line <= scalar.End.Line && search <= scalar.Value.Length; line++)
        {
            var source = lines[line - 1];
            var from = line == firstLine ? Math.Min(firstColumn, source.Length) : 0;
            var run = source[from..].Trim();
            if (run.Length == 0)
            {
                continue;
            }

            var column = source.IndexOf(run, from, StringComparison.Ordinal) + 1;
            var offset = scalar.Value.IndexOf(run, search, StringComparison.Ordinal);
            if (offset < 0)
            {
                // The last line of a quoted text ends with its quote; escapes change a run. Such a line starts where the last one ended.
                offset = Math.Min(scalar.Value.Length, search);
            }

            pieces.Add((offset, place with { Line = line, Column = column }));
            search = offset + run.Length + 1;
        }

        return pieces.Count == 0 ? (place, []) : (pieces[0].Item2, pieces);
    }

    private static (Place, IReadOnlyList<(int, Place)>) Quoted(Scalar scalar, Place place, string[] lines)
    {
        var start = place with { Column = place.Column + 1 };
        var source = lines[place.Line - 1];
        var pieces = new List<(int, Place)>();
        var offset = 0;
        for (var i = place.Column; i < source.Length && offset < scalar.Value.Length; offset++)
        {
            var width = scalar.Style == ScalarStyle.SingleQuoted ? (source[i] == '\'' ? 2 : 1)
                : source[i] != '\\' || i + 1 >= source.Length ? 1
                : source[i + 1] switch { 'x' => 4, 'u' => 6, 'U' => 10, _ => 2 };
            i += width;
            if (width > 1)
            {
                pieces.Add((offset + 1, place with { Column = i + 1 }));
            }
        }

        return (start, pieces);
    }
}
