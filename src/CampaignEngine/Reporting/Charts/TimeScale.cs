using System.Globalization;

namespace CampaignEngine.Reporting.Charts;

/// <summary>An axis of local time with marks at hours, days, weeks or months, as many as there is room for.</summary>
internal sealed class TimeScale(DateTime first, DateTime last, double from, double to)
{
    private const double LabelWidth = 58;

    public DateTime First => first;

    public DateTime Last => last;

    public IEnumerable<(DateTime At, string Text)> Marks
    {
        get
        {
            var most = Math.Max(2, (to - from) / LabelWidth);
            var hours = (last - first).TotalHours;
            foreach (var step in (double[])[1, 3, 6, 12, 24, 48, 96, 168, 336])
            {
                if (hours / step <= most)
                {
                    return Every(TimeSpan.FromHours(step));
                }
            }

            return Months((int)Math.Ceiling(hours / 24 / 30 / most));
        }
    }

    public double At(DateTime moment) => last <= first ? from : from + ((moment - first) / (last - first) * (to - from));

    private IEnumerable<(DateTime At, string Text)> Every(TimeSpan step)
    {
        var start = step < TimeSpan.FromDays(1) ? first.Date + (Math.Ceiling(first.TimeOfDay / step) * step) : first.TimeOfDay == TimeSpan.Zero ? first : first.Date.AddDays(1);
        for (var at = start; at <= last; at += step)
        {
            yield return (at, at.ToString(step < TimeSpan.FromDays(1) && at.TimeOfDay != TimeSpan.Zero ? "HH:mm" : "d MMM", CultureInfo.InvariantCulture));
        }
    }

    private IEnumerable<(DateTime At, string Text)> Months(int step)
    {
        for (var at = new DateTime(first.Year, first.Month, 1).AddMonths(1); at <= last; at = at.AddMonths(step))
        {
            yield return (at, at.ToString("MMM yyyy", CultureInfo.InvariantCulture));
        }
    }
}
