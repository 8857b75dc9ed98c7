using System.Buffers;

namespace CampaignEngine.Rendering.ShortMessages;

/// <summary>
/// The default alphabet of 3GPP TS 23.038 with its extension table. 0x09 is the capital cedilla, as the present edition has it; the small one, which
/// older tables have there, makes a message UCS-2: no network bills that as less than it is.
/// </summary>
internal static class GsmAlphabet
{
    // In the order of the codes 0x00 to 0x7F; 0x1B is the escape and stands for no character.
    private const string Basic =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001BÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    // Behind an escape: two septets each.
    private const string Extension = "\f^{}\\[~]|€";

    private static readonly SearchValues<char> One = SearchValues.Create(Basic.Replace("\u001B", "", StringComparison.Ordinal));
    private static readonly SearchValues<char> Both = SearchValues.Create(Basic.Replace("\u001B", "", StringComparison.Ordinal) + Extension);

    /// <summary>Every character can be said.</summary>
    public static bool Covers(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Both);

    /// <summary>1, or 2 behind an escape; 0 for a character that the alphabet has not.</summary>
    public static int Septets(char c) => One.Contains(c) ? 1 : Extension.Contains(c, StringComparison.Ordinal) ? 2 : 0;
}
