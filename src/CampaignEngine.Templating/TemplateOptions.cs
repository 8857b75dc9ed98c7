namespace CampaignEngine.Templating;

/// <summary>How the text of a template is read.</summary>
public sealed record TemplateOptions
{
    public static readonly TemplateOptions Plain = new();

    public static readonly TemplateOptions HtmlEscaped = new() { Html = true };

    /// <summary>Escape every printed value for the place of the HTML where it stands. Default: off, as the language's documentation describes.</summary>
    public bool Html { get; init; }

    /// <summary>Deepest nesting of blocks and expressions; more is a parse error. Default 250.</summary>
    public int MaxDepth { get; init; } = 250;

    /// <summary>Longest template text in UTF-16 units; more is a parse error. Default 1,048,576.</summary>
    public int MaxLength { get; init; } = 1024 * 1024;

    /// <summary>The options that the file name asks for: <c>.sbn-html</c> escapes, everything else is plain.</summary>
    public static TemplateOptions ForPath(string path) =>
        path.EndsWith(".sbn-html", StringComparison.OrdinalIgnoreCase) ? HtmlEscaped : Plain;
}
