using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Rendering.Images;

namespace CampaignEngine.Rendering.TemplateTests;

/// <param name="Failures">What was not as expected, each with its place in the test file; empty for a test that passed.</param>
public sealed record TemplateTestResult(string File, string Test, Place Place, IReadOnlyList<TemplateTestFailure> Failures)
{
    /// <summary>The HTML part, pictures included; null without one.</summary>
    public string? Html { get; init; }

    /// <summary>The text part; null when there is no message.</summary>
    public string? Text { get; init; }

    public bool Passed => Failures.Count == 0;
}

/// <param name="Text">What was expected and what was there instead, in one or more lines.</param>
public sealed record TemplateTestFailure(Place Place, string Text);

/// <summary>Runs template tests without a database: the templates are read, checked and rendered exactly like those of a drop.</summary>
public static class TemplateTestRun
{
    /// <param name="problems">Gets faults of the tests and templates; a file with errors is not run.</param>
    public static IReadOnlyList<TemplateTestResult> Run(Workspace workspace, IReadOnlyList<TemplateTestFile> files, ProblemList problems, CancellationToken cancellationToken)
    {
        var results = new List<TemplateTestResult>();
        var seen = new HashSet<Problem>();
        foreach (var file in files)
        {
            var own = new ProblemList();
            results.AddRange(Run(workspace, file, own, cancellationToken));
            // Two files with one template have its faults once; its warnings are for 'campaign validate'.
            problems.AddRange(own.Items.Where(p => p.Severity == Severity.Error && seen.Add(p)));
        }

        return results;
    }

    private static List<TemplateTestResult> Run(Workspace workspace, TemplateTestFile file, ProblemList problems, CancellationToken cancellationToken)
    {
        var (model, settings) = (workspace.Model!, workspace.Settings!);
        if (Find(workspace, file, problems) is not { } found)
        {
            return [];
        }

        var (campaign, drop) = found;
        var zone = TimeZoneInfo.FindSystemTimeZoneById(settings.Zone);
        var people = new SampleRow(model, zone, problems);
        foreach (var test in file.Tests)
        {
            people.Check(test);
            if (test.Cell is { } cell && campaign.Cells.All(c => c.Name != cell.Text))
            {
                problems.Error(cell.Place, "CE3606", $"the campaign {campaign.Name} has no cell '{Shown.Text(cell.Text)}'{Suggestion.For(cell.Text, campaign.Cells.Select(c => c.Name))}");
            }
        }

        if (!WorkspaceCheck.Messages(campaign with { Drops = [drop] }, workspace.Directory, model, settings, problems).TryGetValue(drop.Name, out var content) || problems.HasErrors)
        {
            return [];
        }

        var message = new RenderedMessage();
        var results = new List<TemplateTestResult>();
        foreach (var group in file.Tests.GroupBy(t => t.Now))
        {
            var now = new DateTimeOffset(group.Key, zone.GetUtcOffset(group.Key));
            var renderer = new MessageRenderer(content, model, MessageUrls.Preview(settings.Web.BaseUrl), zone, new StillTime(now));
            foreach (var test in group)
            {
                var cell = test.Cell?.Text ?? campaign.Cells.Select(c => c.Name).FirstOrDefault();
                var fault = renderer.Render(people.Of(test, renderer.Shape), 1, cell, message, cancellationToken);
                results.Add(new TemplateTestResult(file.File, test.Name.Text, test.Name.Place, [.. Failures(test, content, message, fault)])
                {
                    Html = fault is null && content.Html is not null ? MessageImage.Embed(Encoding.UTF8.GetString(message.Html.Span), content.Images) : null,
                    Text = fault is null ? Encoding.UTF8.GetString(message.Text.Span) : null,
                });
            }
        }

        return [.. results.OrderBy(r => r.Place.Line)];
    }

    /// <summary>The drop whose messages are meant; one that no campaign has is made up for a template that none uses.</summary>
    private static (CampaignDefinition, DropDefinition)? Find(Workspace workspace, TemplateTestFile file, ProblemList problems)
    {
        var candidates = workspace.Campaigns.Where(c => file.Campaign is null || c.Name == file.Campaign.Text).ToList();
        if (file.Campaign is { } named && candidates.Count == 0)
        {
            problems.Error(named.Place, "CE3607", $"there is no campaign '{Shown.Text(named.Text)}' without errors in campaigns/{Suggestion.For(named.Text, workspace.Campaigns.Select(c => c.Name))}");
            return null;
        }

        var found = candidates.SelectMany(c => c.Drops.Select(d => (Campaign: c, Drop: d)))
            .FirstOrDefault(p => (file.Drop is null || p.Drop.Name == file.Drop.Text) && (file.Template is null || p.Drop.Template.Text == file.Template.Text));
        if (found.Drop is not null)
        {
            // Faults of the template's name are reported where the test names it.
            return file.Template is null ? found : (found.Campaign, found.Drop with { Template = file.Template });
        }

        if (file.Campaign is not null)
        {
            var campaign = candidates[0];
            problems.Error((file.Drop ?? file.Template ?? file.Campaign).Place, "CE3607", file.Drop is { } drop && campaign.Drops.All(d => d.Name != drop.Text)
                ? $"the campaign {campaign.Name} has no drop '{Shown.Text(drop.Text)}'{Suggestion.For(drop.Text, campaign.Drops.Select(d => d.Name))}"
                : $"no such drop of the campaign {campaign.Name} uses the template '{Shown.Text(file.Template!.Text)}'");
            return null;
        }

        var place = file.Template!.Place;
        var folder = file.Template.Text.Split('/')[0];
        var made = new DropDefinition
        {
            Name = "test", Place = place, Template = file.Template, Schedule = new ScheduleDefinition { Place = place, Now = true },
            Channel = folder is "sms" or "print" or "call" ? folder : "email",
        };
        return (new CampaignDefinition
        {
            File = file.File, Yaml = "", Name = "test", Title = "Test", Place = place, Audience = new AudienceDefinition { Place = place }, Drops = [made],
            Response = new ResponseDefinition { Place = place },
        }, made);
    }

    private static IEnumerable<TemplateTestFailure> Failures(TemplateTest test, MailingContent content, RenderedMessage message, string? fault)
    {
        if (test.Fails is { } reason)
        {
            if (fault is null || !fault.Contains(reason.Text, StringComparison.Ordinal))
            {
                yield return new TemplateTestFailure(reason.Place, fault is null ? "there is a message, and none was expected" : $"there is no message, but for another reason: {fault}");
            }

            yield break;
        }

        if (fault is not null)
        {
            yield return new TemplateTestFailure(test.Name.Place, $"there is no message: {fault}");
            yield break;
        }

        foreach (var expectation in test.Expectations)
        {
            var actual = expectation.Part switch
            {
                "subject" => content.Subject is null ? null : message.Subject,
                "html" => content.Html is null ? null : Encoding.UTF8.GetString(message.Html.Span),
                _ => Encoding.UTF8.GetString(message.Text.Span),
            };
            if ((actual is null ? $"the message has no {expectation.Part}" : Difference.Of(expectation, actual)) is { } difference)
            {
                yield return new TemplateTestFailure(expectation.Text.Place, difference);
            }
        }
    }

    private sealed class StillTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now.ToUniversalTime();
    }
}
