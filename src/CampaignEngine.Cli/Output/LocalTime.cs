using System.Globalization;

namespace CampaignEngine.Cli.Output;

/// <summary>Times as people read them: minutes, in a zone that is named by its offset.</summary>
internal static class LocalTime
{
    public static string Text(DateTimeOffset instant, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(instant, zone);
        return local.ToString(local.Offset.Minutes == 0 ? "yyyy-MM-dd HH:mm zz" : "yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);
    }
}
