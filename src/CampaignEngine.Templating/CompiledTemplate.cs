using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using CampaignEngine.Templating.Compilation;
using CampaignEngine.Templating.Evaluation;

namespace CampaignEngine.Templating;

/// <summary>
/// A template bound to the shape of its data, writing UTF-8. Safe to share between threads; each thread brings its own row
/// and output. Nothing is written when a rendering fails.
/// </summary>
public sealed class CompiledTemplate
{
    private readonly Template _template;
    private readonly TemplateEnvironment _environment;
    private readonly Emit? _body;
    private readonly int _depths;
    private readonly int _variables;
    private readonly bool _callsFunctions;
    private readonly ConcurrentBag<Frame> _frames = [];
    private Frame? _frame;

    internal CompiledTemplate(Template template, Shape shape, TemplateEnvironment environment)
    {
        template.ThrowIfBroken();
        (_template, Shape, _environment) = (template, shape, environment);
        try
        {
            var compiler = new Compiler(shape, environment);
            _body = compiler.Compile(template);
            (_depths, _variables, _callsFunctions) = (compiler.Depths, compiler.VariableCount, compiler.CallsFunctions);
        }
        catch (Exception reason) when (reason is NotCompilable or SlowPathNeeded)
        {
            SlowPathReason = reason.Message;
        }
    }

    public Shape Shape { get; }

    /// <summary>What in the template needs the slower path, or null when every message takes the fast one.</summary>
    public string? SlowPathReason { get; }

    /// <summary>Writes one message.</summary>
    /// <exception cref="TemplateException">The template cannot be rendered with this row, or takes more than the limits allow; the error names the place.</exception>
    public void Render(IBufferWriter<byte> output, Row row, RenderLimits? limits = null, CancellationToken cancellation = default)
    {
        if (row.Shape != Shape)
        {
            throw new ArgumentException($"the row has the shape {row.Shape.Name}, the template was compiled for {Shape.Name}", nameof(row));
        }

        limits ??= RenderLimits.Default;
        if (!_template.Options.Html && _environment.Engine != TemplateEngine.BuiltIn)
        {
            var zone = row.Zone ?? _environment.Zone;
            var request = new RenderRequest(_template, row.ToDictionary(zone), _environment)
            {
                Culture = row.Culture ?? _environment.Culture,
                Language = row.Language,
                Zone = zone,
                Limits = limits,
                Cancellation = cancellation,
            };
            Encoding.UTF8.GetBytes(_environment.Engine.Render(request), output);
            return;
        }

        if (_body is null || !TryRender(output, row, limits, cancellation))
        {
            Interpret(output, row, limits, cancellation);
        }
    }

    /// <summary>The fast path; false when this message needs the interpreter, which also names the fault where there is one.</summary>
    private bool TryRender(IBufferWriter<byte> output, Row row, RenderLimits limits, CancellationToken cancellation)
    {
        var frame = Interlocked.Exchange(ref _frame, null) ?? (_frames.TryTake(out var pooled) ? pooled : NewFrame());
        try
        {
            frame.Culture = row.Culture ?? _environment.Culture;
            frame.Zone = row.Zone ?? _environment.Zone;
            frame.Functions.Culture = frame.Culture;
            frame.Functions.Zone = frame.Zone;
            frame.Functions.Language = row.Language;
            frame.Begin(limits, cancellation);
            if (_callsFunctions)
            {
                frame.Functions.Start(_template.Source, limits, cancellation);
            }

            frame.Rows[0] = row;
            _body!.Run(frame);
            if (frame.Length > limits.OutputBytes)
            {
                return false;
            }

            output.Write(frame.Output.AsSpan(0, frame.Length));
            return true;
        }
        catch (Exception reason) when (reason is SlowPathNeeded or FormatException or ArgumentException or OverflowException)
        {
            // What .NET refuses (a format, a date out of range) is for the interpreter to name with its place.
            return false;
        }
        finally
        {
            Array.Clear(frame.Rows);
            if (Interlocked.CompareExchange(ref _frame, frame, null) is not null)
            {
                _frames.Add(frame);
            }
        }
    }

    private Frame NewFrame()
    {
        var functions = new Interpreter(_environment, _template.Options);
        return new Frame
        {
            Environment = _environment,
            Functions = functions,
            Rows = new Row[_depths],
            Loops = new Frame.LoopSlot[_depths],
            Variables = new Frame.VariableSlot[_variables],
        };
    }

    /// <summary>The reference path, whatever the template; tests hold the fast one to it.</summary>
    internal void Interpret(IBufferWriter<byte> output, Row row, RenderLimits limits, CancellationToken cancellation)
    {
        var run = new Interpreter(_environment, _template.Options)
        {
            Culture = row.Culture ?? _environment.Culture,
            Zone = row.Zone ?? _environment.Zone,
            Language = row.Language,
        };
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
