using System.Globalization;
using CampaignEngine.Templating.Evaluation;
using CampaignEngine.Templating.Functions;

namespace CampaignEngine.Templating;

/// <summary>
/// What a template can reach beside its data: functions and variables of the host, culture, time zone, clock and includes.
/// Fill it once, then share it between threads.
/// </summary>
public sealed class TemplateEnvironment
{
    private readonly Dictionary<string, HostFunction> _functions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, object?> _variables = new(StringComparer.Ordinal);

    /// <summary>Formats numbers and dates. Default: the invariant culture.</summary>
    public CultureInfo Culture { get; init; } = CultureInfo.InvariantCulture;

    /// <summary>Points in time are shown in this zone. Default: UTC.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Gives <c>date.now</c> and measures <see cref="RenderLimits.WallTime"/>.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>What renders plain templates. Default: the engine of this library.</summary>
    public TemplateEngine Engine { get; init; } = TemplateEngine.BuiltIn;

    /// <summary>The text of a template named by <c>include</c>; null when there is none of that name.</summary>
    public Func<string, string?>? Include { get; init; }

    /// <summary>Makes <c>math.random</c> and <c>math.uuid</c> repeatable. Default: unpredictable.</summary>
    public int? Seed { get; init; }

    internal IReadOnlyDictionary<string, HostFunction> Functions => _functions;

    internal IReadOnlyDictionary<string, object?> Variables => _variables;

    /// <summary>
    /// Adds a function. Its parameters (names, types, defaults, <c>params</c>) are the delegate's; the checker holds templates to them. A parameter
    /// of the type <see cref="CultureInfo"/> or <see cref="TimeZoneInfo"/> gets the reader's; templates do not see it.
    /// </summary>
    /// <example><code>environment.Add("money", (decimal amount, string currency) => ...)</code></example>
    /// <param name="utf8">The same function writing UTF-8, for one that returns text: with it a compiled message allocates nothing for the call. See <see cref="Utf8Function"/>.</param>
    public TemplateEnvironment Add(string name, Delegate function, Utf8Function? utf8 = null)
    {
        _functions[name] = new HostFunction(name, function, utf8);
        return this;
    }

    /// <summary>Adds a value that every template can read.</summary>
    public TemplateEnvironment AddVariable(string name, object? value)
    {
        _variables[name] = value;
        return this;
    }
}
