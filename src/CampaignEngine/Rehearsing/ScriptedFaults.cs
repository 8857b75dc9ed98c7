using System.Globalization;
using System.Text.RegularExpressions;
using CampaignEngine.Authoring;

namespace CampaignEngine.Rehearsing;

/// <summary>
/// Faults as a person writes them on the command line: <c>latency=50ms,451=5%,close-after=1%</c>. Which request is hit follows from its number, so that
/// a run can be repeated.
/// </summary>
public sealed partial class ScriptedFaults
{
    /// <summary>The connection ends and the message was not taken.</summary>
    public const string CloseBefore = "close-before";

    /// <summary>The message was taken and the connection ends without an answer.</summary>
    public const string CloseAfter = "close-after";

    /// <summary>The message was taken and the answer cannot be read.</summary>
    public const string Malformed = "malformed";

    /// <summary>A recipient is told "not now" the first time and taken the next.</summary>
    public const string Greylist = "greylist";

    private static readonly string[] Common = ["latency", CloseBefore, CloseAfter, Malformed];
    private readonly List<(double From, double To, string Name)> _shares = [];

    private ScriptedFaults()
    {
    }

    /// <summary>The other side takes everything at once.</summary>
    public bool IsEmpty => _shares.Count == 0 && Latency == TimeSpan.Zero;

    /// <summary>How long every answer takes.</summary>
    public TimeSpan Latency { get; private set; }

    /// <param name="status">Reply codes the other side knows.</param>
    /// <param name="own">Faults that only this other side has.</param>
    /// <param name="example">How such a list looks, for the fault.</param>
    /// <returns>Null with the fault of the text.</returns>
    public static ScriptedFaults? Read(string text, Func<int, bool> status, IReadOnlyList<string> own, string example, out string? fault)
    {
        IReadOnlyList<string> names = [.. Common, .. own];
        fault = null;
        var faults = new ScriptedFaults();
        var from = 0.0;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var match = Part().Match(part);
            var (name, value) = (match.Groups["name"].Value, match.Groups["value"].Value);
            var isStatus = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && status(code);
            if (!match.Success || (match.Groups["unit"].Value == "ms") != (name == "latency") || !(names.Contains(name) || isStatus))
            {
                fault = $"'{Shown.Text(part)}' is no fault; write {example}, with commas between{Suggestion.For(name, names)}";
                return null;
            }

            var number = double.Parse(value, CultureInfo.InvariantCulture);
            if (name == "latency")
            {
                faults.Latency = TimeSpan.FromMilliseconds(number);
                continue;
            }

            faults._shares.Add((from, from + (number / 100), name));
            from += number / 100;
        }

        if (from > 1)
        {
            fault = string.Create(CultureInfo.InvariantCulture, $"the faults add up to {from:P0}; leave some requests alone");
            return null;
        }

        return faults;
    }

    /// <summary>The fault that hits a request, counted from 1; null for none.</summary>
    public string? Find(long request)
    {
        // Multiples of the golden ratio spread over [0, 1) evenly, without any random number.
        var share = request * 0.6180339887498949 % 1;
        foreach (var (from, to, name) in _shares)
        {
            if (share >= from && share < to)
            {
                return name;
            }
        }

        return null;
    }

    [GeneratedRegex(@"\A(?<name>[1-5][0-9]{2}|[a-z-]+)=(?<value>[0-9]{1,6}(\.[0-9]{1,3})?)(?<unit>ms|%)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Part();
}
