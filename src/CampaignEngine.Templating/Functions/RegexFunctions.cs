using System.Text.RegularExpressions;
using CampaignEngine.Templating.Evaluation;

namespace CampaignEngine.Templating.Functions;

/// <summary>Regular expressions without backtracking, so that no pattern can take for ever.</summary>
internal static class RegexFunctions
{
    public static readonly IReadOnlyList<Builtin> All =
    [
        new("regex.escape", "pattern:text -> text", a => Regex.Escape(a.Required(0))),
        new("regex.match", "text:text pattern:text options:text? -> list", a => Run(a, 2, regex => Groups(regex.Match(a.Text(0))))),
        new("regex.matches", "text:text pattern:text options:text? -> list", a => Run(a, 2, regex => Matches(a, regex))),
        new("regex.replace", "text:text pattern:text replace:text options:text? -> text", a => Run(a, 3, regex => Replace(a, regex))),
        new("regex.split", "text:text pattern:text options:text? -> list", a => Run(a, 2, regex => new ScriptList(regex.Split(a.Text(0))))),
        new("regex.unescape", "pattern:text -> text", Unescape),
    ];

    private static string Unescape(Arguments a)
    {
        try
        {
            return Regex.Unescape(a.Required(0));
        }
        catch (RegexParseException failure)
        {
            throw new RenderFault($"the text cannot be unescaped: {failure.Message}");
        }
    }

    private static object? Run(Arguments a, int optionsIndex, Func<Regex, object?> use)
    {
        for (var i = 0; i < optionsIndex; i++)
        {
            a.Required(i);
        }

        var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
        foreach (var c in a.Text(optionsIndex))
        {
            options |= c switch
            {
                'i' => RegexOptions.IgnoreCase,
                'm' => RegexOptions.Multiline,
                's' => RegexOptions.Singleline,
                'x' => RegexOptions.IgnorePatternWhitespace,
                _ => RegexOptions.None,
            };
        }

        try
        {
            return use(a.Run.Pattern(a.Text(1), options));
        }
        catch (RegexMatchTimeoutException)
        {
            throw new RenderFault($"this regular expression takes longer than {a.Run.Limits.RegexTimeout.TotalMilliseconds:0} ms on this text", Faults.Regex, 1);
        }
        catch (NotSupportedException)
        {
            throw new RenderFault("this regular expression looks around or back, or is too large; such patterns are not supported because they can take for ever", Faults.Regex, 1);
        }
        catch (ArgumentException failure)
        {
            throw new RenderFault($"the regular expression has a fault: {failure.Message}");
        }
    }

    private static ScriptList Groups(Match match)
    {
        var groups = new ScriptList();
        if (match.Success)
        {
            foreach (Group group in match.Groups)
            {
                groups.Add(group.Value);
            }
        }

        return groups;
    }

    private static ScriptList Matches(Arguments a, Regex regex)
    {
        var list = new ScriptList();
        for (var match = regex.Match(a.Text(0)); match.Success; match = match.NextMatch())
        {
            a.Run.Step(a.Caller);
            list.Add(Groups(match));
        }

        return list;
    }

    private static string Replace(Arguments a, Regex regex)
    {
        var replacement = a.Text(2);
        var count = 0L;
        return regex.Replace(a.Text(0), match =>
        {
            a.Run.Step(a.Caller);
            var text = match.Result(replacement);
            count += text.Length;
            a.Run.CheckText(count, null);
            return text;
        });
    }
}
