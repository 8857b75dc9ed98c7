using System.Globalization;
using Scriban;
using Scriban.Runtime;

namespace CampaignEngine.Benchmarks.Templating;

/// <summary>The same message by the Scriban package: its data filled beforehand, its context made for each message or kept.</summary>
internal sealed class ScribanMeasure
{
    private readonly Scriban.Template _template;
    private readonly ScriptObject _data;
    private readonly TemplateContext _kept;

    public ScribanMeasure(string text, IReadOnlyDictionary<string, object?> model)
    {
        _template = Scriban.Template.Parse(text);
        _data = Convert(model);
        _kept = NewContext();
    }

    public string Render() => _template.Render(NewContext());

    public string RenderWithKeptContext()
    {
        _kept.Reset();
        _kept.PushCulture(CultureInfo.InvariantCulture);
        _kept.PushGlobal(_data);
        return _template.Render(_kept);
    }

    private TemplateContext NewContext()
    {
        var context = new TemplateContext();
        context.PushCulture(CultureInfo.InvariantCulture);
        context.PushGlobal(_data);
        return context;
    }

    private static ScriptObject Convert(IReadOnlyDictionary<string, object?> members)
    {
        var map = new ScriptObject();
        foreach (var (name, value) in members)
        {
            map[name] = Convert(value);
        }

        return map;
    }

    private static object? Convert(object? value) => value switch
    {
        IReadOnlyDictionary<string, object?> members => Convert(members),
        List<object?> list => new ScriptArray(list.Select(Convert)),
        _ => value,
    };
}
