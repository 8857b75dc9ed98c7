namespace CampaignEngine.Rendering.Wording;

/// <summary>The forms of one phrase, by the plural categories of Unicode CLDR; <c>#</c> in them stands for the number.</summary>
internal sealed record PluralForms(string? One, string? Other, string? Few, string? Many, string? Two, string? Zero)
{
    /// <summary>The form of a category; one that is not written falls back to other, which every language has, and then to what is there.</summary>
    public string Of(PluralCategory category)
    {
        var form = category switch
        {
            PluralCategory.Zero => Zero,
            PluralCategory.One => One,
            PluralCategory.Two => Two,
            PluralCategory.Few => Few,
            PluralCategory.Many => Many,
            _ => Other,
        };
        return form ?? Other ?? Many ?? Few ?? Two ?? One ?? Zero ?? "";
    }
}

internal enum PluralCategory
{
    Zero,
    One,
    Two,
    Few,
    Many,
    Other,
}
