using System.Text.RegularExpressions;
using CampaignEngine.Authoring;

namespace CampaignEngine.Rendering.TemplateTests;

/// <summary>One file of templates/tests.</summary>
public sealed record TemplateTestFile
{
    /// <summary>Path relative to the workspace.</summary>
    public required string File { get; init; }

    /// <summary>File name without extension.</summary>
    public string Name => Path.GetFileNameWithoutExtension(File);

    public required Place Place { get; init; }

    /// <summary>"email/spring-tea"; null: that of the drop.</summary>
    public Written? Template { get; init; }

    public Written? Campaign { get; init; }

    public Written? Drop { get; init; }

    public required IReadOnlyList<TemplateTest> Tests { get; init; }
}

/// <summary>A made-up person, and what the message must hold.</summary>
public sealed record TemplateTest
{
    public required Written Name { get; init; }

    public YamlMapping? Customer { get; init; }

    public YamlNode? Orders { get; init; }

    public Written? Cell { get; init; }

    public string? Language { get; init; }

    /// <summary>Local time in the zone of engine.yaml.</summary>
    public DateTime Now { get; init; } = new(2026, 1, 1, 12, 0, 0);

    /// <summary>Part of the reason why there must be no message; null: there must be one.</summary>
    public Written? Fails { get; init; }

    public required IReadOnlyList<Expectation> Expectations { get; init; }
}

public enum ExpectationKind
{
    Contains,
    NotContains,
    Equals,
    Matches,
}

/// <param name="Part">"subject", "html" or "text".</param>
/// <param name="Pattern">Compiled text of <see cref="ExpectationKind.Matches"/>.</param>
public sealed record Expectation(string Part, ExpectationKind Kind, Written Text, Regex? Pattern);
