using System.Buffers;
using System.Globalization;

namespace CampaignEngine.Templating.Functions;

/// <summary>Cultures by the names that templates write.</summary>
internal static class CultureName
{
    private static readonly SearchValues<char> s_allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    /// <summary>The culture of a name, or null when there is none. Other characters are refused first: .NET makes cultures of some such names that break when they are used.</summary>
    public static CultureInfo? Find(string name)
    {
        if (name.Length > 80 || name.AsSpan().ContainsAnyExcept(s_allowed))
        {
            return null;
        }

        try
        {
            return CultureInfo.GetCultureInfo(name);
        }
        catch (CultureNotFoundException)
        {
            return null;
        }
    }
}
