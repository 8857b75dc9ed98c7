namespace CampaignEngine.Authoring;

/// <summary>Time zones as authors name them: IANA names that this system knows.</summary>
public static class Zones
{
    private static readonly Lazy<IReadOnlyList<string>> Known = new(() => TimeZoneInfo.GetSystemTimeZones().Select(z => z.Id).ToList());

    /// <summary>The fault of a zone name with its fix; null when the zone is known.</summary>
    public static string? Fault(string name)
    {
        // TimeZoneInfo also takes paths and POSIX rules on some systems; only plain IANA names are portable.
        var plain = name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+');
        if (plain && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId)
        {
            return null;
        }

        return $"'{Shown.Text(name)}' is not a time zone of this system{Suggestion.For(name, Known.Value)}; write an IANA name, for example 'Europe/Berlin'";
    }
}
