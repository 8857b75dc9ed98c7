using System.Globalization;
using System.Security.Cryptography;
using CampaignEngine.Templating.Functions;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Evaluation;

/// <summary>
/// Runs a template over values by walking its tree: the reference for what a template means. One instance serves one
/// rendering at a time and can be reset for the next.
/// </summary>
internal sealed partial class Interpreter
{
    private readonly TemplateEnvironment _environment;
    private readonly Dictionary<string, Template?> _included = new(StringComparer.Ordinal);
    private RenderLimits _limits;
    private CancellationToken _cancelled;
    private long _steps;
    private long _rounds;
    private long _started;
    private int _calls;
    private int _textDepth;
    private Random? _random;
    private readonly TemplateOptions _options;
    private readonly Scope _evaluatedLocals = new(new ScriptMap());
    private Scope? _evaluated;

    public Interpreter(TemplateEnvironment environment, TemplateOptions options)
    {
        _environment = environment;
        _options = options;
        _limits = RenderLimits.Default;
        Culture = environment.Culture;
        Zone = environment.Zone;
        Source = new SourceText(string.Empty, null);
        _globals.Push(new Scope(Builtins.Table));
    }

    public CultureInfo Culture { get; set; }

    /// <summary>The reader's, for functions of the host; null for <see cref="Culture"/>.</summary>
    public CultureInfo? Language { get; set; }

    public TimeZoneInfo Zone { get; set; }

    public bool Html => _options.Html;

    public RenderLimits Limits => _limits;

    /// <summary>The template whose nodes are being run; faults take their place from it.</summary>
    public SourceText Source { get; private set; }

    public TemplateEnvironment Environment => _environment;

    public void Start(SourceText source, RenderLimits limits, CancellationToken cancelled)
    {
        Source = source;
        _limits = limits;
        _cancelled = cancelled;
        _steps = 0;
        _rounds = 0;
        _calls = 0;
        _textDepth = 0;
        _flow = Flow.None;
        _started = _environment.Clock.GetTimestamp();
        _indent = string.Empty;
        _afterNewLine = false;
        _guard = -1;
        _loopDepth = 0;
        _dateSettings = null;
        _cycles.Clear();
        while (_globals.Count > 1)
        {
            _globals.Pop();
        }

        _locals.Clear();
        _functions.Clear();
    }

    /// <summary>Runs a whole template and gives what it wrote.</summary>
    public string Run(Template template, ScriptMap model)
    {
        _outputs.Clear();
        _outputs.Push(new TextOutput());
        PushGlobal(model);
        try
        {
            RunPage(template);
        }
        finally
        {
            PopGlobal();
        }

        return _outputs.Pop().ToString();
    }

    /// <summary>The value of one expression over variables.</summary>
    public object? Evaluate(Expr expression, ScriptMap variables)
    {
        if (_evaluated?.Store != variables)
        {
            // Kept from row to row: the same source of values comes again and again.
            _evaluated = new Scope(variables);
        }

        _globals.Push(_evaluated);
        _locals.Push(_evaluatedLocals);
        try
        {
            return Eval(expression);
        }
        finally
        {
            PopGlobal();
        }
    }

    private void RunPage(Template template)
    {
        var source = Source;
        Source = template.Source;
        try
        {
            var result = Exec(template.Body);
            _flow = Flow.None;
            if (result is not null)
            {
                Print(result, template.Options.Html ? Templating.Html.HtmlContext.Text : Templating.Html.HtmlContext.Plain, template.Body);
            }
        }
        finally
        {
            Source = source;
        }
    }

    public TemplateException Fault(Node node, string text, string code = Faults.Runtime) => Fault(node.Start, text, code);

    public TemplateException Fault(int offset, string text, string code = Faults.Runtime) => new(Source.Message(offset, Severity.Error, code, text));

    /// <summary>Counts work and ends a rendering that takes too much of it.</summary>
    public void Step(Node node, long steps = 1)
    {
        var before = _steps;
        _steps += steps;
        if (_steps > _limits.Steps)
        {
            throw Fault(node, $"the template takes more than {_limits.Steps:N0} steps; does a loop or a recursion never end?", Faults.Steps);
        }

        if ((before >> 10) != (_steps >> 10))
        {
            CheckTime(node);
        }
    }

    private void CheckTime(Node node)
    {
        if (_cancelled.IsCancellationRequested)
        {
            throw Fault(node, "the rendering was cancelled", Faults.Cancelled);
        }

        if (_environment.Clock.GetElapsedTime(_started) > _limits.WallTime)
        {
            throw Fault(node, $"the rendering takes longer than {_limits.WallTime.TotalSeconds:0.###} s", Faults.Time);
        }
    }

    private void Round(Node node)
    {
        if (++_rounds > _limits.LoopIterations)
        {
            throw Fault(node, $"the loops of the template take more than {_limits.LoopIterations:N0} rounds", Faults.Loops);
        }

        Step(node);
    }

    /// <summary>A random number from <paramref name="low"/> up to but not including <paramref name="high"/>.</summary>
    public int Random(int low, int high)
    {
        if (_environment.Seed is not { } seed)
        {
            return RandomNumberGenerator.GetInt32(low, high);
        }

        _random ??= new Random(seed);
        return _random.Next(low, high);
    }

    public DateTime Now() => TimeZoneInfo.ConvertTime(_environment.Clock.GetUtcNow(), Zone).DateTime;

    public DateTimeOffset ToOffset(DateTime date) => new(DateTime.SpecifyKind(date, DateTimeKind.Unspecified), Zone.GetUtcOffset(date));

    private void EnterCall(Node node)
    {
        if (++_calls > _limits.Recursion || !System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Fault(node, $"calls and includes are nested deeper than {_limits.Recursion}; does one call itself without end?", Faults.Recursion);
        }

        Step(node);
    }

    private void LeaveCall() => _calls--;
}
