using System.Text;

namespace CampaignEngine.Rendering.ShortMessages;

/// <summary>From a rendered template to the text that travels.</summary>
public static class ShortMessageText
{
    /// <summary>
    /// Without white space around it (a template file ends with a line feed that nobody means to pay for), with single line feeds for line ends and
    /// without other control characters.
    /// </summary>
    /// <param name="utf8">The rendered text.</param>
    /// <param name="lookAlikes">See <see cref="LookAlikes"/>.</param>
    public static string Of(ReadOnlySpan<byte> utf8, bool lookAlikes)
    {
        var text = Encoding.UTF8.GetString(utf8).Trim();
        if (text.AsSpan().IndexOfAnyInRange('\0', '\u001F') >= 0)
        {
            text = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Replace('\t', ' ');
            text = string.Concat(text.Where(c => !char.IsControl(c) || c == '\n'));
        }

        return lookAlikes ? LookAlikes.Replace(text) : text;
    }
}
