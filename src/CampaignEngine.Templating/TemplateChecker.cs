using CampaignEngine.Templating.Checking;

namespace CampaignEngine.Templating;

/// <summary>What a check takes into account.</summary>
public sealed record CheckOptions
{
    public static readonly CheckOptions Default = new();

    /// <summary>The functions and variables of the host that templates may use.</summary>
    public TemplateEnvironment Environment { get; init; } = new();

    /// <summary>Names that <c>include</c> knows, for suggestions.</summary>
    public IReadOnlyCollection<string> IncludeNames { get; init; } = [];

    /// <summary>What is wrong with a value written literally as an argument of a host function: (function, parameter, value) to text; null for nothing.</summary>
    public Func<string, string, object?, string?>? LiteralFault { get; init; }

    /// <summary>Gets the top-level names that the template and what it includes can read when rendered; null when nobody asks.</summary>
    public ISet<string>? NamesRead { get; init; }

    /// <summary>Warn of values that can be null where they are printed without a guard or default. Default: on.</summary>
    public bool WarnOfNulls { get; init; } = true;
}

/// <summary>Finds the mistakes of a template without rendering it, by the shape of the data it will get.</summary>
public static class TemplateChecker
{
    /// <summary>
    /// All faults of a template, in the order of their places: what parsing found, unknown members, functions and includes, wrong
    /// types, branches that can never be taken, and values that may be null where a text would show a hole. Includes are checked where they stand, with the data they will see.
    /// </summary>
    /// <param name="include">Gives the text of an included template; null for <see cref="TemplateEnvironment.Include"/> of the options.</param>
    public static IReadOnlyList<TemplateMessage> Check(Template template, Shape shape, Func<string, string?>? include = null, CheckOptions? options = null)
    {
        if (template.HasErrors)
        {
            return template.Messages;
        }

        options ??= CheckOptions.Default;
        var checker = new Checker(shape, options, include ?? options.Environment.Include);
        checker.Run(template);
        return [.. checker.Messages
            .Concat(template.Messages)
            .DistinctBy(m => (m.Path, m.Line, m.Column, m.Code))
            .OrderBy(m => m.Path == template.Path ? 0 : 1).ThenBy(m => m.Path, StringComparer.Ordinal).ThenBy(m => m.Line).ThenBy(m => m.Column)];
    }
}
