using System.Globalization;

namespace CampaignEngine.Rendering.Wording;

/// <summary>A phrase with a number in it, in the form that the language asks for.</summary>
internal static class PluralText
{
    public static string Of(decimal count, CultureInfo culture, PluralForms forms)
    {
        var form = forms.Of(Category(count, culture));
        return form.Contains('#', StringComparison.Ordinal) ? form.Replace("#", NumberText.Of(count, null, culture), StringComparison.Ordinal) : form;
    }

    public static PluralCategory Category(decimal count, CultureInfo culture) => PluralRules.Category(culture.TwoLetterISOLanguageName, culture.Name, count);

    /// <summary>Writes a form with its number as UTF-8, without a string; false when the room is too small.</summary>
    public static bool TryWrite(decimal count, CultureInfo culture, ReadOnlySpan<byte> form, Span<byte> room, out int written)
    {
        written = 0;
        while (true)
        {
            var sign = form.IndexOf((byte)'#');
            var words = sign < 0 ? form : form[..sign];
            if (!words.TryCopyTo(room[written..]))
            {
                return false;
            }

            written += words.Length;
            if (sign < 0)
            {
                return true;
            }

            if (!NumberText.TryWrite(count, null, culture, room[written..], out var digits))
            {
                return false;
            }

            written += digits;
            form = form[(sign + 1)..];
        }
    }
}
