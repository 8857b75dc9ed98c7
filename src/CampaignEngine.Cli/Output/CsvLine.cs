using System.Buffers;
using System.Globalization;

namespace CampaignEngine.Cli.Output;

/// <summary>RFC 4180 lines in which no cell can act as a spreadsheet formula.</summary>
internal static class CsvLine
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(",\"\r\n");
    private static readonly SearchValues<char> StartsFormula = SearchValues.Create("=+-@\t\r");

    public static string Of(IEnumerable<string> cells) => string.Join(',', cells.Select(Cell));

    private static string Cell(string text)
    {
        // An apostrophe before =, +, - or @ makes a spreadsheet read text; a plain number may begin with a sign.
        var safe = text.Length > 0 && StartsFormula.Contains(text[0])
            && !decimal.TryParse(text, NumberStyles.Number | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out _)
                ? "'" + text
                : text;
        return safe.AsSpan().ContainsAny(NeedsQuotes) ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
