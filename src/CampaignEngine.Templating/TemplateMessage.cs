namespace CampaignEngine.Templating;

/// <summary>One fault of a template with its place (line and column count from 1, columns in UTF-16 units).</summary>
public sealed record TemplateMessage(string? Path, int Line, int Column, Severity Severity, string Code, string Text)
{
    /// <summary>Reads as <c>templates/email/x.sbn-html(3,14): error CE3001: ...</c>.</summary>
    public override string ToString() =>
        $"{Path ?? "template"}({Line},{Column}): {(Severity == Severity.Error ? "error" : "warning")} {Code}: {Text}";
}
