using System.Globalization;

namespace CampaignEngine.Rendering.Linting;

/// <summary>Gmail cuts a message off after so much HTML and hides the rest behind a link, the unsubscribe link in the foot with it.</summary>
public static class GmailClipping
{
    /// <summary>Bytes of the HTML part that are still shown.</summary>
    public const int Limit = 102 * 1024;

    /// <param name="bytes">Of an HTML part; more than <see cref="Limit"/>.</param>
    /// <param name="when">What else belongs to the size, e.g. "before anybody's values are in it"; may be empty.</param>
    public static string Warning(long bytes, string what, string when = "") => string.Create(CultureInfo.InvariantCulture,
        $"{what} has {bytes / 1024.0:0.#} KB{(when.Length > 0 ? " " : "")}{when}, and Gmail cuts messages off at {Limit / 1024} KB, with the unsubscribe link; shorten it");
}
