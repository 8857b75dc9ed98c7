using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Templating;

namespace CampaignEngine.Rendering;

/// <summary>Checks the templates of a drop against the model, without touching data.</summary>
public static class TemplateCheck
{
    /// <param name="subject">Where the subject stands in the campaign file, so that its faults are reported there.</param>
    public static void Run(MailingContent content, Written? subject, CustomerModel model, ProblemList problems)
    {
        var shape = MessageShape.Of(model, content).Shape;
        var options = new CheckOptions { Environment = TemplateFunctions.Environment(content.Partials.GetValueOrDefault, TimeZoneInfo.Utc, TimeProvider.System) };
        Part(content.Html, $"templates/{content.TemplateName}.sbn-html");
        Part(content.Text, $"templates/{content.TemplateName}.sbn-txt");
        if (subject is not null)
        {
            foreach (var message in TemplateChecker.Check(Template.Parse(subject.Text), shape, options: options))
            {
                var place = message.Path is null ? subject.At(Math.Max(0, message.Column - 1)) : PlaceOf(message);
                problems.Add(new Problem(place, SeverityOf(message), message.Code, $"subject: {message.Text}"));
            }
        }

        if (content is { Marketing: true, Channel: "email" } && !Mentions(content, "unsubscribe_url"))
        {
            problems.Error(new Place($"templates/{content.TemplateName}.{(content.Html is null ? "sbn-txt" : "sbn-html")}", 1, 1), "CE3010",
                $"the drop '{content.Drop}' is marketing and its message has no unsubscribe link; add '<a href=\"{{{{ unsubscribe_url }}}}\">Unsubscribe</a>', or write 'purpose: service' in the campaign");
        }

        void Part(string? text, string path)
        {
            if (text is null)
            {
                return;
            }

            foreach (var message in TemplateChecker.Check(Template.Parse(text, path, TemplateOptions.ForPath(path)), shape, options: options))
            {
                problems.Add(new Problem(PlaceOf(message), SeverityOf(message), message.Code, message.Text));
            }
        }

        Place PlaceOf(TemplateMessage message) =>
            new(content.Partials.ContainsKey(message.Path ?? "") ? $"templates/partials/{message.Path}" : message.Path ?? content.TemplateName, message.Line, message.Column);
    }

    private static Authoring.Severity SeverityOf(TemplateMessage message) =>
        message.Severity == Templating.Severity.Error ? Authoring.Severity.Error : Authoring.Severity.Warning;

    private static bool Mentions(MailingContent content, string name)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in content.Partials.Values.Append(content.Html ?? content.Text ?? ""))
        {
            TemplateScan.Words(text, words);
        }

        return words.Contains(name);
    }
}
