using System.Runtime.CompilerServices;
using System.Text;
using CampaignEngine.Templating.Evaluation;
using CampaignEngine.Templating.Functions;
using CampaignEngine.Templating.Syntax;
using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Syntax;

namespace CampaignEngine.Templating;

/// <summary>The Scriban package behind the contract of <see cref="TemplateEngine"/>. Only part of builds with <c>-p:WithScriban=true</c>.</summary>
internal sealed class ScribanEngine : TemplateEngine
{
    private readonly ConditionalWeakTable<Template, global::Scriban.Template> _parsed = [];

    public override string Name => "Scriban";

    internal override string Render(RenderRequest request)
    {
        var (template, environment, limits) = (request.Template, request.Environment, request.Limits);
        var parsed = _parsed.GetValue(template, t => global::Scriban.Template.Parse(t.Text, t.Path ?? string.Empty));
        if (parsed.HasErrors)
        {
            throw Failure(template, parsed.Messages[0].Span, parsed.Messages[0].Message);
        }

        var run = new Interpreter(environment, template.Options) { Culture = request.Culture, Language = request.Language, Zone = request.Zone };
        run.Start(template.Source, limits, request.Cancellation);
        var context = new TemplateContext
        {
            TemplateLoader = new Includes(environment),
            LoopLimit = (int)Math.Min(int.MaxValue, limits.LoopIterations),
            RecursiveLimit = limits.Recursion,
            RegexTimeOut = limits.RegexTimeout,
            LimitToString = 0,
            NewLine = "\n",
            CancellationToken = request.Cancellation,
        };
        context.PushCulture(request.Culture);
        var output = new BoundedOutput(limits.OutputBytes);
        context.PushOutput(output);
        var globals = new ScriptObject();
        foreach (var (name, value) in environment.Variables)
        {
            globals[name] = ToScriban(value);
        }

        foreach (var (name, function) in environment.Functions)
        {
            globals[name] = new HostCall(function, run);
        }

        foreach (var (name, value) in request.Model)
        {
            globals[name] = ToScriban(value);
        }

        context.PushGlobal(globals);
        try
        {
            parsed.Render(context);
            return output.ToString();
        }
        catch (TemplateException)
        {
            throw;
        }
        catch (ScriptRuntimeException failure) when (failure.InnerException is not OutputFull)
        {
            throw failure.InnerException as TemplateException ?? Failure(template, failure.Span, failure.OriginalMessage);
        }
        catch (Exception failure) when (failure is OutputFull or ScriptRuntimeException)
        {
            throw new TemplateException(template.Source.Message(0, Severity.Error, Faults.Output, $"the message is longer than {limits.OutputBytes:N0} bytes"));
        }
    }

    private static TemplateException Failure(Template template, SourceSpan place, string text) =>
        new(new TemplateMessage(string.IsNullOrEmpty(place.FileName) ? template.Path : place.FileName, place.Start.Line + 1, place.Start.Column + 1, Severity.Error, Faults.Runtime, text));

    private static object? ToScriban(object? value)
    {
        switch (value)
        {
            case IEnumerable<KeyValuePair<string, object?>> members:
                var map = new ScriptObject();
                foreach (var (name, member) in members)
                {
                    map[name] = ToScriban(member);
                }

                return map;
            case string:
                return value;
            case System.Collections.IEnumerable list:
                return new ScriptArray(list.Cast<object?>().Select(ToScriban));
            case DateTimeOffset time:
                return time.DateTime;
            case DateOnly day:
                return day.ToDateTime(TimeOnly.MinValue);
            default:
                return value;
        }
    }

    /// <summary>Scriban's values as the host's functions take them.</summary>
    private static object? FromScriban(object? value) => value switch
    {
        ScriptArray list => new Evaluation.ScriptList(list.Select(FromScriban)),
        ScriptObject map => Interpreter.ToMap(map.Select(p => KeyValuePair.Create(p.Key, (object?)FromScriban(p.Value))), map.Count),
        _ => value,
    };

    private sealed class HostCall(HostFunction function, Interpreter run) : IScriptCustomFunction
    {
        public int RequiredParameterCount => function.Required;

        public int ParameterCount => function.Parameters.Count;

        public ScriptVarParamKind VarParamKind => function.Rest == RestKind.Last ? ScriptVarParamKind.LastParameter : ScriptVarParamKind.None;

        public Type ReturnType => typeof(object);

        public ScriptParameterInfo GetParameterInfo(int index)
        {
            var parameter = function.Parameters[Math.Min(index, function.Parameters.Count - 1)];
            return parameter.HasDefault ? new ScriptParameterInfo(typeof(object), parameter.Name, parameter.Default) : new ScriptParameterInfo(typeof(object), parameter.Name);
        }

        public object? Invoke(TemplateContext context, ScriptNode? callerContext, ScriptArray arguments, ScriptBlockStatement? blockStatement)
        {
            var span = callerContext?.Span ?? default;
            var values = arguments.SelectMany(a => a is ScriptArray rest && VarParamKind == ScriptVarParamKind.LastParameter ? rest.Select(FromScriban) : [FromScriban(a)]).ToArray();
            try
            {
                return ToScriban(run.ToHostValue(run.Call(function, new LiteralExpr(null) { Start = span.Start.Offset, End = span.End.Offset }, values)));
            }
            catch (Exception fault) when (fault is RenderFault or TemplateException)
            {
                throw new ScriptRuntimeException(span, fault is TemplateException placed ? placed.Error.Text : fault.Message);
            }
        }

        public ValueTask<object?> InvokeAsync(TemplateContext context, ScriptNode? callerContext, ScriptArray arguments, ScriptBlockStatement? blockStatement) =>
            ValueTask.FromResult(Invoke(context, callerContext, arguments, blockStatement));
    }

    private sealed class Includes(TemplateEnvironment environment) : ITemplateLoader
    {
        public string? GetPath(TemplateContext context, SourceSpan callerSpan, string templateName) => templateName;

        public string? Load(TemplateContext context, SourceSpan callerSpan, string templatePath) =>
            environment.Include?.Invoke(templatePath) ?? throw new ScriptRuntimeException(callerSpan, $"there is no template `{templatePath}` to include");

        public ValueTask<string?> LoadAsync(TemplateContext context, SourceSpan callerSpan, string templatePath) =>
            ValueTask.FromResult(Load(context, callerSpan, templatePath));
    }

    private sealed class OutputFull : Exception;

    private sealed class BoundedOutput(long most) : IScriptOutput
    {
        private readonly StringBuilder _text = new();
        private long _bytes;

        public void Write(string text, int offset, int count)
        {
            _bytes += Encoding.UTF8.GetByteCount(text.AsSpan(offset, count));
            if (_bytes > most)
            {
                throw new OutputFull();
            }

            _text.Append(text, offset, count);
        }

        public ValueTask WriteAsync(string text, int offset, int count, CancellationToken cancellationToken)
        {
            Write(text, offset, count);
            return ValueTask.CompletedTask;
        }

        public override string ToString() => _text.ToString();
    }
}
