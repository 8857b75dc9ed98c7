using System.Globalization;

namespace CampaignEngine.Rendering.Wording;

/// <summary>A phrase with a number in it, in the form that the language asks for.</summary>
internal static class PluralText
{
    public static string Of(decimal count, CultureInfo culture, PluralForms forms)
    {
        var form = forms.Of(PluralRules.Category(culture.TwoLetterISOLanguageName, culture.Name, count));
        return form.Contains('#', StringComparison.Ordinal) ? form.Replace("#", NumberText.Of(count, null, culture), StringComparison.Ordinal) : form;
    }
}
