using System.Globalization;
using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting.Pages;

/// <summary>How figures are written for people: no more digits than the interval deserves.</summary>
public static class Numbers
{
    /// <summary>Stands where nothing can be computed.</summary>
    public const string None = "–";

    // Neither breaks at the end of a line.
    private const string Percent = "\u00a0%";
    private const string To = "\u2060–\u2060";

    public static string Count(double count) => count.ToString(Math.Abs(count) < 10 && count % 1 != 0 ? "#,0.0;−#,0.0" : "#,0;−#,0", CultureInfo.InvariantCulture);

    public static string Money(decimal amount) => amount.ToString("N2", CultureInfo.InvariantCulture);

    public static string Share(double? share, int digits = 2) => share is { } value ? (value * 100).ToString("N" + digits, CultureInfo.InvariantCulture) + Percent : None;

    /// <summary>"7.28 % (6.74–7.86)".</summary>
    public static string Share(double? share, Interval? interval) => share is null || interval is null ? Share(share) : $"{Share(share)} ({Range(interval)})";

    /// <summary>"6.74–7.86": an interval of shares, in percent.</summary>
    public static string Range(Interval? interval) =>
        interval is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known.Low * 100:N2}{To}{known.High * 100:N2}") : None;

    /// <summary>"+1.25 points (0.31 to 2.19)": a difference of shares.</summary>
    public static string Points(double? difference, Interval? interval) => difference is null ? None : string.Create(
        CultureInfo.InvariantCulture, $"{Signed(difference.Value * 100)} points{(interval is { } known ? $" ({Signed(known.Low * 100)} to {Signed(known.High * 100)})" : "")}");

    public static string Signed(double value) => value.ToString("+#,0.00;−#,0.00;0.00", CultureInfo.InvariantCulture);

    /// <summary>A mark on an axis of shares: as many digits as its step needs.</summary>
    public static string ShareMark(double value, double step) => Math.Abs(value) < step / 2 ? "0" : (value * 100).ToString("N" + Digits(step * 100), CultureInfo.InvariantCulture) + Percent;

    /// <summary>A mark on an axis of differences of shares.</summary>
    public static string PointsMark(double value, double step)
    {
        var digits = Digits(step * 100);
        var text = (Math.Abs(value) * 100).ToString("N" + digits, CultureInfo.InvariantCulture);
        return Math.Abs(value) < step / 2 ? "0" : (value < 0 ? "−" : "+") + text;
    }

    private static int Digits(double step) => Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9) + (Math.Abs(step / Math.Pow(10, Math.Floor(Math.Log10(step))) - 2.5) < 1e-6 ? 1 : 0), 0, 6);
}
