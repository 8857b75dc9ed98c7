namespace CampaignEngine.Authoring;

/// <summary>Where something was written. Line and column count from 1; file is relative to the workspace.</summary>
public readonly record struct Place(string File, int Line, int Column)
{
    public override string ToString() => $"{File}({Line},{Column})";
}

/// <summary>Errors stop a plan; warnings are shown and do not; infos are good advice.</summary>
public enum Severity
{
    Error,
    Warning,
    Info,
}

/// <summary>One fault in an authored file, with its place and its fix. Codes: CE1xxx YAML and campaigns, CE2xxx model and imports, CE3xxx templates, CE4xxx conditions.</summary>
public sealed record Problem(Place Place, Severity Severity, string Code, string Text)
{
    /// <summary>"error", "warning" or "info".</summary>
    public string SeverityName => Severity switch { Severity.Error => "error", Severity.Warning => "warning", _ => "info" };

    public override string ToString() => $"{Place}: {SeverityName} {Code}: {Text}";
}

/// <summary>Collects every problem of one pass, so that an author sees all of them at once.</summary>
public sealed class ProblemList
{
    private readonly List<Problem> _problems = [];

    public IReadOnlyList<Problem> Items => _problems;

    public bool HasErrors => _problems.Exists(p => p.Severity == Severity.Error);

    /// <summary>The problems by file, line and column.</summary>
    public IEnumerable<Problem> InOrder() =>
        _problems.OrderBy(p => p.Place.File, StringComparer.Ordinal).ThenBy(p => p.Place.Line).ThenBy(p => p.Place.Column);

    public void Error(Place place, string code, string text) => _problems.Add(new Problem(place, Severity.Error, code, text));

    public void Warning(Place place, string code, string text) => _problems.Add(new Problem(place, Severity.Warning, code, text));

    public void Add(Problem problem) => _problems.Add(problem);

    public void AddRange(IEnumerable<Problem> problems) => _problems.AddRange(problems);
}
