using CampaignEngine.Authoring;

namespace CampaignEngine.Rendering.Markup;

/// <summary>Finds places of a made text in the file it was made from, by the code that both hold.</summary>
/// <param name="File">The file, relative to the workspace.</param>
/// <param name="Source">Text of the file.</param>
/// <param name="Made">The text that was made of it.</param>
/// <param name="Pieces">Where each piece of code stands in both, in the order of the made text. Empty: the texts have the same lines.</param>
internal sealed record TemplateOrigin(string File, string Source, string Made, IReadOnlyList<(int Made, int Source, int Length)> Pieces)
{
    public Place PlaceOf(int line, int column)
    {
        if (Pieces.Count == 0)
        {
            return new Place(File, line, column);
        }

        var offset = OffsetOf(line, column);
        var piece = Pieces.LastOrDefault(p => p.Made <= offset);
        var place = new FlatPart(File, Source).PlaceOf(piece.Source + Math.Min(offset - piece.Made, Math.Max(0, piece.Length - 1)));
        return new Place(File, place.Line, place.Column);
    }

    private int OffsetOf(int line, int column)
    {
        var at = 0;
        for (var i = 1; i < line; i++)
        {
            var next = Made.IndexOf('\n', at);
            if (next < 0)
            {
                break;
            }

            at = next + 1;
        }

        return at + column - 1;
    }
}
