using CampaignEngine.Templating.Html;
using CampaignEngine.Templating.Parsing;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating;

/// <summary>A template in the Scriban language: parsed once, rendered many times. Safe to share between threads.</summary>
/// <example><code>
/// var template = Template.Parse("Dear {{ customer.first_name ?? 'friend' }},");
/// var text = template.Render(new Dictionary&lt;string, object?&gt; { ["customer"] = customer });
/// </code></example>
public sealed class Template
{
    private static readonly Dictionary<string, object?> s_nothing = [];

    private Template(SourceText source, TemplateOptions options, Block body, List<TemplateMessage> messages)
    {
        (Source, Options, Body, Messages) = (source, options, body, messages);
        HasErrors = messages.Exists(m => m.Severity == Severity.Error);
    }

    /// <summary>The text the template was parsed from.</summary>
    public string Text => Source.Text;

    public string? Path => Source.Path;

    public TemplateOptions Options { get; }

    /// <summary>What is wrong with the text, in the order of its places.</summary>
    public IReadOnlyList<TemplateMessage> Messages { get; }

    public bool HasErrors { get; }

    internal SourceText Source { get; }

    internal Block Body { get; }

    /// <summary>Parses a template. Never throws on bad text: <see cref="HasErrors"/> and <see cref="Messages"/> tell.</summary>
    /// <param name="path">Named in messages; it does not choose the options.</param>
    public static Template Parse(string text, string? path = null, TemplateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        options ??= TemplateOptions.Plain;
        var source = new SourceText(text, path);
        var messages = new List<TemplateMessage>();
        var body = Parser.ParseTemplate(source, options, messages);
        if (options.Html && messages.Count == 0)
        {
            HtmlScan.Run(body, source, messages);
        }

        return new Template(source, options, body, messages);
    }

    /// <summary>Renders with names and values: scalars, lists, dictionaries and delegates. For tools and tests; mass mail uses the compiled form.</summary>
    /// <param name="include">Gives the text of a template named by <c>include</c>.</param>
    /// <exception cref="TemplateException">The template has errors or cannot be rendered with these values; the error names the place.</exception>
    public string Render(IReadOnlyDictionary<string, object?>? model = null, Func<string, string?>? include = null) =>
        Render(model, new TemplateEnvironment { Include = include });

    /// <summary>Renders with the functions, culture, zone and clock of an environment.</summary>
    /// <exception cref="TemplateException">The template has errors or cannot be rendered with these values; the error names the place.</exception>
    public string Render(IReadOnlyDictionary<string, object?>? model, TemplateEnvironment environment, RenderLimits? limits = null, CancellationToken cancellation = default)
    {
        ThrowIfBroken();
        var engine = Options.Html ? TemplateEngine.BuiltIn : environment.Engine;
        return engine.Render(new RenderRequest(this, model ?? s_nothing, environment) { Limits = limits ?? RenderLimits.Default, Cancellation = cancellation });
    }

    /// <summary>Binds the template to the shape of its data, for many messages.</summary>
    /// <exception cref="TemplateException">The template has errors.</exception>
    public CompiledTemplate Compile(Shape shape, TemplateEnvironment? environment = null) => new(this, shape, environment ?? new TemplateEnvironment());

    internal void ThrowIfBroken()
    {
        if (HasErrors)
        {
            throw new TemplateException(Messages.First(m => m.Severity == Severity.Error));
        }
    }
}
