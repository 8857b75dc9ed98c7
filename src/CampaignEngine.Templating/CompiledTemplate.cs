using System.Buffers;
using System.Text;
using CampaignEngine.Templating.Evaluation;

namespace CampaignEngine.Templating;

/// <summary>
/// A template bound to the shape of its data, writing UTF-8. Safe to share between threads; each thread brings its own row and output.
/// </summary>
public sealed class CompiledTemplate
{
    private readonly Template _template;
    private readonly TemplateEnvironment _environment;

    internal CompiledTemplate(Template template, Shape shape, TemplateEnvironment environment)
    {
        template.ThrowIfBroken();
        (_template, Shape, _environment) = (template, shape, environment);
    }

    public Shape Shape { get; }

    /// <summary>Writes one message.</summary>
    /// <exception cref="TemplateException">The template cannot be rendered with this row, or takes more than the limits allow; the error names the place.</exception>
    public void Render(IBufferWriter<byte> output, Row row, RenderLimits? limits = null, CancellationToken cancellation = default)
    {
        if (row.Shape != Shape)
        {
            throw new ArgumentException($"the row has the shape {row.Shape.Name}, the template was compiled for {Shape.Name}", nameof(row));
        }

        Interpret(output, row, limits ?? RenderLimits.Default, cancellation);
    }

    private void Interpret(IBufferWriter<byte> output, Row row, RenderLimits limits, CancellationToken cancellation)
    {
        var run = new Interpreter(_environment, _template.Options);
        if (row.Culture is { } culture)
        {
            run.Culture = culture;
        }

        if (row.Zone is { } zone)
        {
            run.Zone = zone;
        }

        run.Start(_template.Source, limits, cancellation);
        try
        {
            Encoding.UTF8.GetBytes(run.Run(_template, new RowMap(row, string.Empty, Shape)), output);
        }
        catch (RenderFault fault)
        {
            throw new TemplateException(_template.Source.Message(0, Severity.Error, fault.Code, fault.Message));
        }
    }
}
