using System.Globalization;
using CampaignEngine.Templating.Evaluation;

namespace CampaignEngine.Templating;

/// <summary>
/// What renders plain templates: the engine of this library, or the Scriban package in a build with <c>-p:WithScriban=true</c>. Parsing, checks and templates
/// that escape HTML are always this library's: Scriban does not know where a value stands.
/// </summary>
public abstract class TemplateEngine
{
    public static readonly TemplateEngine BuiltIn = new BuiltInEngine();

#if WITH_SCRIBAN
    /// <summary>The engines of this build; the last one is the one chosen by the build.</summary>
    public static readonly IReadOnlyList<TemplateEngine> All = [BuiltIn, new ScribanEngine()];
#else
    /// <summary>The engines of this build; the last one is the one chosen by the build.</summary>
    public static readonly IReadOnlyList<TemplateEngine> All = [BuiltIn];
#endif

    public static TemplateEngine Chosen => All[^1];

    public abstract string Name { get; }

    public override string ToString() => Name;

    /// <exception cref="TemplateException">The template cannot be rendered with these values.</exception>
    internal abstract string Render(RenderRequest request);

    private sealed class BuiltInEngine : TemplateEngine
    {
        public override string Name => "built-in";

        internal override string Render(RenderRequest request)
        {
            var template = request.Template;
            var run = new Interpreter(request.Environment, template.Options) { Culture = request.Culture, Language = request.Language, Zone = request.Zone };
            run.Start(template.Source, request.Limits, request.Cancellation);
            try
            {
                return run.Run(template, Interpreter.ToMap(request.Model, request.Model.Count));
            }
            catch (RenderFault fault)
            {
                throw new TemplateException(template.Source.Message(0, Severity.Error, fault.Code, fault.Message));
            }
        }
    }
}

/// <summary>One rendering of a plain template.</summary>
internal sealed record RenderRequest(Template Template, IReadOnlyDictionary<string, object?> Model, TemplateEnvironment Environment)
{
    public CultureInfo Culture { get; init; } = Environment.Culture;

    /// <summary>The reader's, for functions of the host; null for <see cref="Culture"/>.</summary>
    public CultureInfo? Language { get; init; }

    public TimeZoneInfo Zone { get; init; } = Environment.Zone;

    public RenderLimits Limits { get; init; } = RenderLimits.Default;

    public CancellationToken Cancellation { get; init; }
}
