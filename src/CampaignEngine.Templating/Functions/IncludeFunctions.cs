using System.Text;
using CampaignEngine.Templating.Evaluation;

namespace CampaignEngine.Templating.Functions;

internal static class IncludeFunctions
{
    public static readonly IReadOnlyList<Builtin> All =
    [
        new("include", "template_name:text*... -> any", a => a.TextOrNull(0) is { Length: > 0 } name
            ? a.Run.Include(name, a.All, a.Caller)
            : throw new RenderFault("include needs the name of a template")),
        new("include_join", "template_names:list separator:text prefix:text? suffix:text? -> any", Join),
        new("raw", "value:any -> any", a => a[0] is null ? null : new HtmlText(a.Run.ToText(a[0]) ?? string.Empty)),
    ];

    private static object? Join(Arguments a)
    {
        var names = a.List(0).Select(n => a.Run.ToText(n)).Where(n => !string.IsNullOrEmpty(n)).ToArray();
        var text = new StringBuilder(Component(a, 2));
        var separator = Component(a, 1);
        for (var i = 0; i < names.Length; i++)
        {
            text.Append(a.Run.Include(names[i]!, a.All, a.Caller)).Append(i < names.Length - 1 ? separator : string.Empty);
            a.Run.CheckText(text.Length, null);
        }

        var result = text.Append(Component(a, 3)).ToString();
        return a.Run.Html ? new HtmlText(result) : result;
    }

    private static string Component(Arguments a, int index)
    {
        var text = a.Text(index);
        return text.StartsWith("tpl:", StringComparison.Ordinal) ? a.Run.Include(text[4..], a.All, a.Caller)?.ToString() ?? string.Empty : text;
    }
}
