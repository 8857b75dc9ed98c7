namespace CampaignEngine.Authoring;

/// <summary>A text as an author wrote it, with its place: conditions, expressions and template references keep both until they are bound.</summary>
/// <param name="Text">The value, unquoted and unfolded.</param>
/// <param name="Place">Where the first character of the value stands.</param>
public sealed record Written(string Text, Place Place)
{
    /// <summary>Pieces of the text that stand elsewhere than straight after <see cref="Place"/>: lines of a block, text behind an escape. Ascending by offset.</summary>
    internal IReadOnlyList<(int Offset, Place Place)> Pieces { get; init; } = [];

    /// <summary>Where the character at an offset of <see cref="Text"/> stands in the file.</summary>
    public Place At(int offset)
    {
        var (start, place) = (0, Place);
        foreach (var piece in Pieces)
        {
            if (piece.Offset > offset)
            {
                break;
            }

            (start, place) = piece;
        }

        return place with { Column = place.Column + offset - start };
    }

    /// <summary>A part of the text that knows its own place.</summary>
    public Written Slice(int start, int length) => new(Text.Substring(start, length), At(start))
    {
        Pieces = [.. Pieces.Where(p => p.Offset > start && p.Offset < start + length).Select(p => (p.Offset - start, p.Place))],
    };

    public bool Equals(Written? other) => other is not null && Text == other.Text && Place == other.Place;

    public override int GetHashCode() => HashCode.Combine(Text, Place);
}
