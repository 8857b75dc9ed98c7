using System.Globalization;
using System.Text.RegularExpressions;

namespace CampaignEngine.Authoring;

/// <summary>A type of single value: its name for authors, an example, its check and its JSON Schema pattern.</summary>
public sealed partial class ScalarKind
{
    // Lower-case words keep names usable as file names, URL parts, keycodes and SQL literals without any escaping.
    private const string NamePattern = "^[a-z][a-z0-9-]{0,62}$";
    private const string IdentifierPattern = "^[a-z_][a-z0-9_]{0,62}$";

    /// <summary>Any text of at least one character, on one line: it may end up in a message header.</summary>
    public static readonly ScalarKind Line = new("text", "Spring tea restock", null, text =>
        text.Trim().Length == 0 ? "the text is empty"
        : text.AsSpan().ContainsAny('\r', '\n') ? "the text runs over several lines, and a line break here could add a header to messages; write it on one line"
        : Control(text));

    /// <summary>Any text, also over several lines.</summary>
    public static readonly ScalarKind Text = new("text", "Free shipping", null, text => text.Length == 0 ? "the text is empty" : Control(text));

    /// <summary>Any text, also none: the value of a variable.</summary>
    public static readonly ScalarKind Value = new("text", "Free shipping", null, Control);

    /// <summary>A condition or expression; its grammar is checked against the model later.</summary>
    public static readonly ScalarKind Condition = new("condition", "country in (\"TW\", \"HK\")", null, text => text.Trim().Length == 0 ? "the condition is empty" : null);

    public static readonly ScalarKind Name = new("name", "spring-tea", NamePattern, text => NameText().IsMatch(text) ? null
        : $"'{Shown.Text(text)}' is not a name; names hold lower-case letters, digits and dashes, start with a letter and have at most 63 characters{Instead(text, '-')}");

    /// <summary>Names in model.yaml: usable in conditions and templates.</summary>
    public static readonly ScalarKind Identifier = new("identifier", "last_order_at", IdentifierPattern, text => IdentifierText().IsMatch(text) ? null
        : $"'{Shown.Text(text)}' cannot be used in conditions; use lower-case letters, digits and underscores, at most 63{Instead(text, '_')}");

    public static readonly ScalarKind Variable = new("variable", "offer", "^[a-z_][a-z0-9_]{0,62}$", text => IdentifierText().IsMatch(text) ? null
        : $"'{Shown.Text(text)}' cannot be used in templates; use lower-case letters, digits and underscores{Instead(text, '_')}");

    /// <summary>A day of the calendar.</summary>
    public static readonly ScalarKind Day = new("day", "2026-12-25", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", text =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? null
        : $"'{Shown.Text(text)}' is not a day; write year, month and day, for example '2026-12-25'");

    /// <summary>A whole number that is not negative.</summary>
    public static readonly ScalarKind Count = new("whole number", "50", null, text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? null
        : $"'{Shown.Text(text)}' is not a whole number from 0 to 2147483647") { JsonType = "integer" };

    public static readonly ScalarKind Boolean = new("true or false", "true", null, text => text switch
    {
        "true" or "false" => null,
        "yes" or "on" or "True" or "TRUE" or "Yes" or "On" => $"'{text}' is not true or false; write 'true'",
        "no" or "off" or "False" or "FALSE" or "No" or "Off" => $"'{text}' is not true or false; write 'false'",
        _ => $"'{Shown.Text(text)}' is not true or false",
    }) { JsonType = "boolean" };

    public static readonly ScalarKind Money = new("money", "1200 USD", @"^\s*[0-9]+(\.[0-9]{1,4})?\s*[A-Za-z]{3}\s*$", text => Quantity.TryMoney(text, out _));

    public static readonly ScalarKind Percentage = new("percentage", "10%", @"^\s*[0-9]+(\.[0-9]+)?\s*%\s*$", text => Quantity.TryPercentage(text, out _));

    public static readonly ScalarKind Duration = new("duration", "14 days", @"^\s*[0-9]+\s*(second|minute|hour|day|week|month|year)s?\s*$", text => Quantity.TryDuration(text, out _));

    public static readonly ScalarKind Hours = new("hours", "10:00-20:00", @"^\s*[0-9]{1,2}:[0-9]{2}\s*-\s*[0-9]{1,2}:[0-9]{2}\s*$", text => Quantity.TryHours(text, out _));

    public static readonly ScalarKind LocalTime = new("local date and time", "2026-03-10 09:00", @"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?$",
        text => Quantity.TryLocalTime(text, out _));

    public static readonly ScalarKind Currency = new("currency code", "USD", "^[A-Z]{3}$", text => Currencies.Contains(text) ? null
        : $"'{Shown.Text(text)}' is not an ISO 4217 currency code{Suggestion.For(text.ToUpperInvariant(), Currencies.All)}");

    public static readonly ScalarKind Zone = new("time zone", "Asia/Taipei", null, Zones.Fault);

    private readonly Func<string, string?> _fault;

    public ScalarKind(string name, string example, string? pattern, Func<string, string?> fault) =>
        (Title, Example, Pattern, _fault) = (name, example, pattern, fault);

    /// <summary>The kind in words, as in "must be a duration".</summary>
    public string Title { get; }

    public string Example { get; }

    /// <summary>Pattern of the JSON Schema; null when any text fits there.</summary>
    public string? Pattern { get; }

    public string JsonType { get; private init; } = "string";

    /// <summary>The fault of a text together with its fix; null when it is a value of this kind.</summary>
    public string? Fault(string text) => _fault(text);

    // Only escapes in double quotes can write these; no message or screen has a use for them.
    private static string? Control(string text)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c) && c is not ('\n' or '\r' or '\t'))
            {
                return string.Create(CultureInfo.InvariantCulture, $"the text holds the control character U+{(int)c:X4}; remove it");
            }
        }

        return null;
    }

    private static string Instead(string text, char separator)
    {
        var words = new string(text.Trim().ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : separator).ToArray()).Trim(separator);
        while (words.Contains($"{separator}{separator}", StringComparison.Ordinal))
        {
            words = words.Replace($"{separator}{separator}", $"{separator}", StringComparison.Ordinal);
        }

        return words.Length is > 0 and < 64 && char.IsAsciiLetter(words[0]) ? $". Write for example '{words}'" : "";
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,62}\z")]
    private static partial Regex NameText();

    [GeneratedRegex(@"\A[a-z_][a-z0-9_]{0,62}\z")]
    private static partial Regex IdentifierText();
}
