using System.Net;
using System.Text.RegularExpressions;

namespace CampaignEngine.Rendering;

/// <summary>What can be read off the text of a template without running it: the partials it includes, the links it tracks, the names it may use.</summary>
internal static partial class TemplateScan
{
    /// <summary>Names of literal includes with their offsets; <paramref name="dynamic"/> when a name is computed, so that any partial may be meant.</summary>
    public static IReadOnlyList<(string Name, int Offset)> Includes(string text, out bool dynamic)
    {
        var names = new List<(string, int)>();
        dynamic = false;
        foreach (Match code in CodeText().Matches(text))
        {
            foreach (Match include in IncludeText().Matches(code.Value))
            {
                if (include.Groups["name"].Success)
                {
                    names.Add((include.Groups["name"].Value, code.Index + include.Groups["quote"].Index));
                }
                else
                {
                    dynamic = true;
                }
            }
        }

        return names;
    }

    /// <summary>Every word inside code, including words inside its texts: a field of that name may be used.</summary>
    public static void Words(string text, HashSet<string> words)
    {
        foreach (Match code in CodeText().Matches(text))
        {
            foreach (Match word in WordText().Matches(code.Value))
            {
                words.Add(word.Value);
            }
        }
    }

    /// <summary>Static link targets (href="https://...") and literal arguments of the function link, in order, each once.</summary>
    public static void Links(string text, bool html, List<string> links)
    {
        void Add(string url)
        {
            if (!links.Contains(url))
            {
                links.Add(url);
            }
        }

        if (html)
        {
            foreach (Match match in HrefText().Matches(text))
            {
                Add(WebUtility.HtmlDecode(match.Groups["url"].Value));
            }
        }

        foreach (Match code in CodeText().Matches(text))
        {
            foreach (Match match in LinkText().Matches(code.Value))
            {
                Add(match.Groups["url"].Value);
            }
        }
    }

    /// <summary>The template with its tracked links replaced by members of the message's data.</summary>
    /// <param name="member">Member name of a link target; null leaves the link as it is.</param>
    public static string Rewrite(string text, bool html, Func<string, string?> member)
    {
        if (html)
        {
            text = HrefText().Replace(text, m => member(WebUtility.HtmlDecode(m.Groups["url"].Value)) is { } name
                ? $"{m.Groups["before"].Value}{{{{ {name} }}}}{m.Groups["after"].Value}" : m.Value);
        }

        return CodeText().Replace(text, code => LinkText().Replace(code.Value, m => member(m.Groups["url"].Value) ?? m.Value));
    }

    // A quote inside code may hold "}}"; the scan then ends early, which only hides names from it when they stand behind such a text.
    [GeneratedRegex(@"\{\{.*?\}\}", RegexOptions.Singleline)]
    private static partial Regex CodeText();

    [GeneratedRegex(@"\binclude(?:_join)?\b\s*\(?\s*(?:(?<quote>[""'])(?<name>[^""']*)\k<quote>)?")]
    private static partial Regex IncludeText();

    [GeneratedRegex(@"[\p{L}_][\p{L}\p{N}_]*")]
    private static partial Regex WordText();

    [GeneratedRegex(@"(?<before><a\b[^<>]*?\bhref\s*=\s*(?<quote>[""']))(?<url>https?://[^""'{}<>\s]+)(?<after>\k<quote>)", RegexOptions.IgnoreCase)]
    private static partial Regex HrefText();

    [GeneratedRegex(@"\blink\b\s*\(?\s*(?<quote>[""'])(?<url>https?://[^""'\\\s]+)\k<quote>(?:\s*\))?")]
    private static partial Regex LinkText();
}
