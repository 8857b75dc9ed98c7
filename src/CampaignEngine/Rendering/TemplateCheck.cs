using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Rendering.Linting;
using CampaignEngine.Templating;

namespace CampaignEngine.Rendering;

/// <summary>Checks the templates of a drop against the model and the campaign, without touching data.</summary>
public sealed class TemplateCheck
{
    private const string DeadBranch = "CE3412";
    private readonly MailingContent _content;
    private readonly CustomerModel _model;
    private readonly ProblemList _problems;
    private readonly TemplateUse? _use;
    private readonly CheckOptions _options;

    private TemplateCheck(MailingContent content, CustomerModel model, ProblemList problems, TemplateUse? use, IReadOnlyCollection<string> partials)
    {
        (_content, _model, _problems, _use) = (content, model, problems, use);
        _options = new CheckOptions
        {
            Environment = TemplateFunctions.Environment(content.Partials.GetValueOrDefault, TimeZoneInfo.Utc, TimeProvider.System),
            IncludeNames = partials,
            LiteralFault = TemplateFunctions.LiteralFault,
        };
    }

    /// <param name="subject">Where the subject stands in the campaign file, so that its faults are reported there.</param>
    /// <param name="preheader">The same for the preheader.</param>
    /// <param name="use">Who else uses the templates; null: not known, so that names of cells and drops are not checked.</param>
    /// <param name="partials">What could be included, for suggestions.</param>
    public static void Run(
        MailingContent content, Written? subject, CustomerModel model, ProblemList problems, TemplateUse? use = null, IReadOnlyCollection<string>? partials = null, Written? preheader = null) =>
        new TemplateCheck(content, model, problems, use, partials ?? [.. content.Partials.Keys]).Run(subject, preheader);

    /// <summary>The parts of a template that no drop sends yet.</summary>
    internal static void RunParts(MailingContent content, CustomerModel model, ProblemList problems, TemplateUse use, IReadOnlyCollection<string> partials)
    {
        var check = new TemplateCheck(content, model, problems, use, partials);
        check.Part(content.Html, content.HtmlPath);
        check.Part(content.Text, $"templates/{content.TemplateName}.sbn-txt");
        check.Lint();
    }

    private void Run(Written? subject, Written? preheader)
    {
        var html = Part(_content.Html, _content.HtmlPath);
        var text = Part(_content.Text, $"templates/{_content.TemplateName}.sbn-txt");
        Header(subject, "subject");
        Header(preheader, "preheader");
        Lint();

        if (_content is { Marketing: true, Channel: "email" })
        {
            CheckUnsubscribe(html ?? text, text);
        }
    }

    private void Lint()
    {
        // What does not parse, or leaves its blocks open, cannot be looked through.
        if (!_problems.HasErrors)
        {
            MarkupLint.Run(_content, _problems);
        }
    }

    private void Header(Written? written, string name)
    {
        if (written is null)
        {
            return;
        }

        foreach (var message in Check(Template.Parse(written.Text), []))
        {
            var place = message.Path is null ? written.At(Math.Max(0, message.Column - 1)) : PlaceOf(message);
            _problems.Add(new Problem(place, SeverityOf(message), message.Code, $"{name}: {message.Text}"));
        }
    }

    /// <returns>The names the part can read; null when it is not there or cannot be read to its end.</returns>
    private HashSet<string>? Part(string? text, string path)
    {
        if (text is null)
        {
            return null;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var template = Template.Parse(text, path, TemplateOptions.ForPath(path));
        foreach (var message in Check(template, names))
        {
            _problems.Add(new Problem(PlaceOf(message), SeverityOf(message), message.Code, message.Text));
        }

        // What cannot be parsed is reported as that alone.
        return template.HasErrors ? [MessageShape.UnsubscribeName] : names;
    }

    private IReadOnlyList<TemplateMessage> Check(Template template, HashSet<string> names)
    {
        var messages = Check(template, names, _use is null ? null : name => _use.Values(name, _content.TemplateName));
        if (_use is null || !messages.Any(m => m.Code == DeadBranch && m.Path != template.Path))
        {
            return messages;
        }

        // A partial may ask for the cells of every campaign that could include it.
        var anywhere = Check(template, names, name => _use.Values(name, null)).ToHashSet();
        return [.. messages.Where(m => m.Code != DeadBranch || m.Path == template.Path || anywhere.Any(a => a.Code == DeadBranch && (a.Path, a.Line, a.Column) == (m.Path, m.Line, m.Column)))];
    }

    private IReadOnlyList<TemplateMessage> Check(Template template, HashSet<string> names, Func<string, IReadOnlyList<string>>? more) =>
        TemplateChecker.Check(template, MessageShape.Of(_model, _content, more).Shape, options: _options with { NamesRead = names });

    private void CheckUnsubscribe(HashSet<string>? main, HashSet<string>? text)
    {
        if (main?.Contains(MessageShape.UnsubscribeName) != true)
        {
            _problems.Error(new Place(_content.Html is null ? $"templates/{_content.TemplateName}.sbn-txt" : _content.HtmlPath, 1, 1), "CE3010",
                $"the drop '{_content.Drop}' is marketing and its message has no unsubscribe link; add '<a href=\"{{{{ unsubscribe_url }}}}\">Unsubscribe</a>', or write 'purpose: service' in the campaign");
        }
        else if (text?.Contains(MessageShape.UnsubscribeName) == false)
        {
            _problems.Add(new Problem(new Place($"templates/{_content.TemplateName}.sbn-txt", 1, 1), Authoring.Severity.Warning, "CE3011",
                $"the drop '{_content.Drop}' is marketing and its text part has no unsubscribe link, though the HTML part has one; add 'Unsubscribe: {{{{ unsubscribe_url }}}}'"));
        }
    }

    private Place PlaceOf(TemplateMessage message) => _content.PlaceOf(message.Path ?? _content.TemplateName, message.Line, message.Column);

    private static Authoring.Severity SeverityOf(TemplateMessage message) =>
        message.Severity == Templating.Severity.Error ? Authoring.Severity.Error : Authoring.Severity.Warning;
}
