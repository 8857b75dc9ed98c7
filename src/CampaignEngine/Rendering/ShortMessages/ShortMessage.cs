namespace CampaignEngine.Rendering.ShortMessages;

/// <summary>How a text travels.</summary>
public enum ShortMessageEncoding
{
    /// <summary>GSM 03.38, seven bits a character, fourteen for one of the extension table.</summary>
    Gsm7,

    /// <summary>Sixteen bits a unit of UTF-16: the whole text, as soon as one character is outside the GSM alphabet.</summary>
    Ucs2,
}

/// <param name="Units">Septets (an extension character is two) or units of UTF-16 (a surrogate pair is two).</param>
/// <param name="Segments">Messages that the networks carry and bill.</param>
public readonly record struct ShortMessageSize(ShortMessageEncoding Encoding, int Units, int Segments);

/// <summary>
/// Sizes of SMS texts. One segment holds 160 septets or 70 units; several give up room for the header that joins them and hold 153 or 67 each. No
/// character is cut: an escape stays with its character, a high surrogate with its low one, and the unit left over stays empty.
/// </summary>
public static class ShortMessage
{
    private const int GsmAlone = 160;
    private const int GsmJoined = 153;
    private const int UcsAlone = 70;
    private const int UcsJoined = 67;

    /// <summary>Encoding, units and segments. An empty text is one empty segment.</summary>
    public static ShortMessageSize Measure(ReadOnlySpan<char> text)
    {
        var encoding = EncodingOf(text);
        var units = encoding == ShortMessageEncoding.Ucs2 ? text.Length : Septets(text);
        var (alone, joined) = Room(encoding);
        if (units <= alone)
        {
            return new ShortMessageSize(encoding, units, 1);
        }

        var segments = 0;
        for (var rest = text; rest.Length > 0; segments++)
        {
            rest = rest[Fit(rest, encoding, joined)..];
        }

        return new ShortMessageSize(encoding, units, segments);
    }

    /// <summary>The text as it is cut into segments.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        var size = Measure(text);
        if (size.Segments == 1)
        {
            return [text];
        }

        var parts = new List<string>(size.Segments);
        for (var at = 0; at < text.Length;)
        {
            var length = Fit(text.AsSpan(at), size.Encoding, Room(size.Encoding).Joined);
            parts.Add(text.Substring(at, length));
            at += length;
        }

        return parts;
    }

    private static ShortMessageEncoding EncodingOf(ReadOnlySpan<char> text) => GsmAlphabet.Covers(text) ? ShortMessageEncoding.Gsm7 : ShortMessageEncoding.Ucs2;

    private static (int Alone, int Joined) Room(ShortMessageEncoding encoding) => encoding == ShortMessageEncoding.Gsm7 ? (GsmAlone, GsmJoined) : (UcsAlone, UcsJoined);

    private static int Septets(ReadOnlySpan<char> text)
    {
        var septets = 0;
        foreach (var c in text)
        {
            septets += GsmAlphabet.Septets(c);
        }

        return septets;
    }

    /// <summary>How many characters of the text fit into a segment.</summary>
    private static int Fit(ReadOnlySpan<char> text, ShortMessageEncoding encoding, int room)
    {
        if (encoding == ShortMessageEncoding.Ucs2)
        {
            return text.Length <= room ? text.Length : char.IsHighSurrogate(text[room - 1]) && char.IsLowSurrogate(text[room]) ? room - 1 : room;
        }

        var length = 0;
        for (; length < text.Length && GsmAlphabet.Septets(text[length]) is var septets && septets <= room; length++)
        {
            room -= septets;
        }

        return length;
    }
}
