namespace CampaignEngine.Rendering.TextParts;

/// <summary>
/// Control characters between the words of a text part that was made from HTML: what they ask for is known only when the message is rendered,
/// because a branch or a loop may leave its words out. <see cref="TextLayout"/> carries them out.
/// </summary>
internal static class TextMarks
{
    public const char Line = '\u0001';
    public const char Paragraph = '\u0002';

    /// <summary>The next words stand in another cell of a table's row.</summary>
    public const char Cell = '\u0003';

    public const char Bullets = '\u0004';
    public const char Numbers = '\u0005';
    public const char ListEnd = '\u0006';
    public const char Item = '\u000E';

    /// <summary>The line above is a title of the first or second order.</summary>
    public const char Title = '\u000F';
    public const char Subtitle = '\u0010';

    public const char Quote = '\u0011';
    public const char QuoteEnd = '\u0012';

    /// <summary>What follows up to the next mark of this kind is kept as it stands (pre).</summary>
    public const char Verbatim = '\u0013';
}
