using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Rendering.Images;
using CampaignEngine.Rendering.Markdown;
using CampaignEngine.Rendering.Markup;

namespace CampaignEngine.Rendering;

/// <summary>
/// The templates of a workspace: templates/NAME.sbn-html and NAME.sbn-txt, and templates/partials/ for what they include. Nothing outside
/// templates/ is ever read, whatever a name or a symbolic link says.
/// </summary>
public sealed class TemplateStore
{
    /// <summary>Bytes of one template file at most.</summary>
    public const int LargestFile = 1024 * 1024;

    private const string Partials = "partials";
    private const int MostPartials = 200;

    private readonly string _root;

    public TemplateStore(string workspaceDirectory) => _root = Path.Combine(Path.GetFullPath(workspaceDirectory), "templates");

    /// <summary>Everything a drop's messages are made from, read now. Null after reported problems.</summary>
    public MailingContent? Snapshot(CampaignDefinition campaign, DropDefinition drop, CustomerModel model, EngineSettings settings, ProblemList problems)
    {
        var own = new ProblemList();
        var name = drop.Template;
        var html = drop.Channel is "email" or "print" ? Read($"{name.Text}.sbn-html", name.Place, own) : null;
        var text = Read($"{name.Text}.sbn-txt", name.Place, own);
        var markdown = drop.Channel is "email" or "print" ? Markdown(name, html, own) : null;
        html = markdown?.Html ?? html;
        if (html is null && text is null && !own.HasErrors)
        {
            var extensions = drop.Channel is "email" or "print" ? "'.sbn-html', '.sbn-md' nor '.sbn-txt'" : "'.sbn-txt'";
            own.Error(name.Place, "CE3001", $"the template '{Shown.Text(name.Text)}' has no file: templates/{Shown.Text(name.Text)} exists with {(extensions.Contains("nor", StringComparison.Ordinal) ? "neither " : "no ")}{extensions}{Suggest(name.Text, drop.Channel)}");
        }

        var partials = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (part, source) in markdown?.Partials ?? new Dictionary<string, string>())
        {
            partials[part] = source;
        }

        foreach (var (source, at) in Sources(drop, html, text, markdown))
        {
            Collect(source, at, partials, own);
        }

        var images = new ImageStore(_root).Read(partials.Select(p => ($"templates/{Partials}/{p.Key}", p.Value)).Append((markdown?.File ?? $"templates/{name.Text}.sbn-html", html ?? "")), own);
        problems.AddRange(own.Items);
        if (own.HasErrors)
        {
            return null;
        }

        var links = new List<string>();
        foreach (var (source, isHtml) in partials.Select(p => (p.Value, p.Key.EndsWith(".sbn-html", StringComparison.Ordinal))).Prepend((text ?? "", false)).Prepend((html ?? "", true)))
        {
            TemplateScan.Links(source, isHtml, links);
        }

        return new MailingContent
        {
            Campaign = campaign.Name,
            Title = campaign.Title,
            Brand = campaign.Brand,
            Marketing = campaign.Purpose == MessagePurpose.Marketing,
            Drop = drop.Name,
            Channel = drop.Channel,
            Sender = (drop.Channel == "sms" ? settings.SmsSender(drop.Sender)?.Name : settings.Sender(drop.Sender)?.Name) ?? drop.Sender ?? "",
            LookAlikes = drop.Channel == "sms" && (drop.LookAlikes ?? settings.GatewayOf(drop.Sender)?.LookAlikes ?? false),
            PostalAddress = settings.PostalAddress,
            Language = settings.DefaultLanguage,
            Currency = settings.BaseCurrency,
            People = model.People.Name,
            Subject = drop.Subject?.Text,
            Preheader = drop.Preheader?.Text,
            Images = images,
            Origins = markdown?.Origins ?? new Dictionary<string, TemplateOrigin>(),
            TemplateName = name.Text,
            Html = html,
            Text = text,
            Partials = partials,
            CellVars = campaign.Cells.ToDictionary(c => c.Name, c => c.Vars, StringComparer.Ordinal),
            Links = links,
        };
    }

    /// <summary>Every text of a drop that may include partials, with the place of each of its characters.</summary>
    private static IEnumerable<(string Text, Func<int, Place> At)> Sources(DropDefinition drop, string? html, string? text, MarkdownTemplate? markdown)
    {
        if (html is not null)
        {
            yield return (html, markdown is null ? InFile($"templates/{drop.Template.Text}.sbn-html", html) : InMade("", html));
        }

        if (text is not null)
        {
            yield return (text, InFile($"templates/{drop.Template.Text}.sbn-txt", text));
        }

        foreach (var written in new[] { drop.Subject, drop.Preheader }.OfType<Written>())
        {
            yield return (written.Text, written.At);
        }

        foreach (var (name, body) in markdown?.Partials ?? [])
        {
            yield return (body, InMade(name, body));
        }

        Func<int, Place> InMade(string name, string made) => offset =>
        {
            var (_, line, column) = new FlatPart(name, made).PlaceOf(offset);
            return markdown!.Origins[name].PlaceOf(line, column);
        };
    }

    private static Func<int, Place> InFile(string file, string text) => offset =>
    {
        var (_, line, column) = new FlatPart(file, text).PlaceOf(offset);
        return new Place(file, line, column);
    };

    /// <summary>Names of all templates but the partials, without extension, sorted.</summary>
    public IReadOnlyList<string> Names() =>
        [.. Canonical.Files(_root, "*.sbn-*")
            .Select(f => Path.ChangeExtension(f, null))
            .Where(n => !n.StartsWith(Partials + "/", StringComparison.Ordinal) && !n.StartsWith("tests/", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>A Markdown template in its layout; null where there is none or after reported problems.</summary>
    private MarkdownTemplate? Markdown(Written name, string? html, ProblemList problems)
    {
        var file = $"{name.Text}.sbn-md";
        if (Read(file, name.Place, problems) is not { } source)
        {
            return null;
        }

        if (html is not null)
        {
            problems.Error(name.Place, "CE3006", $"the template '{Shown.Text(name.Text)}' has both an HTML part and a Markdown part; remove one of templates/{name.Text}.sbn-html and templates/{file}");
            return null;
        }

        return MarkdownTemplate.Read($"templates/{file}", source, layout => Read($"{Partials}/{layout}.sbn-html", name.Place, problems), problems);
    }

    private void Collect(string source, Func<int, Place> at, SortedDictionary<string, string> partials, ProblemList problems)
    {
        var names = TemplateScan.Includes(source, out var dynamic);
        foreach (var (name, offset) in dynamic ? names.Concat(AllPartials().Select(p => (p, 0))) : names)
        {
            if (partials.ContainsKey(name) || partials.Count >= MostPartials)
            {
                continue;
            }

            // A partial that is not there is reported by the template check, at the place of its include.
            if (Read($"{Partials}/{name}", at(offset), problems) is { } text)
            {
                partials.Add(name, text);
                Collect(text, InFile($"templates/{Partials}/{name}", text), partials, problems);
            }
        }
    }

    /// <summary>Files in templates/partials/, as templates include them.</summary>
    public IReadOnlyCollection<string> PartialNames() => [.. AllPartials()];

    private IEnumerable<string> AllPartials() => Canonical.Files(Path.Combine(_root, Partials), "*.sbn-*").Order(StringComparer.Ordinal);

    /// <returns>Null when there is no such file, and after reported problems.</returns>
    private string? Read(string name, Place place, ProblemList problems)
    {
        var shown = $"templates/{Shown.Text(name)}";
        if (TemplateName.Fault(name) is { } fault)
        {
            problems.Error(place, "CE3002", fault);
            return null;
        }

        var path = Path.Combine(_root, name);
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            if (!Canonical.StaysInside(_root, path))
            {
                problems.Error(place, "CE3002", $"'{shown}' is a symbolic link that leads out of templates/; copy the file into it");
                return null;
            }

            var bytes = File.ReadAllBytes(path);
            if (bytes.Length > LargestFile)
            {
                problems.Error(new Place(shown, 1, 1), "CE3003", $"the file has more than {LargestFile / 1024:N0} KiB, which is all that is read; host pictures and attach nothing");
                return null;
            }

            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            return text is ['\uFEFF', ..] ? text[1..] : text;
        }
        catch (DecoderFallbackException)
        {
            problems.Error(new Place(shown, 1, 1), "CE3004", "the file is not UTF-8; save it as UTF-8");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problems.Error(new Place(shown, 1, 1), "CE3005", $"the file cannot be read: {failure.Message}");
        }

        return null;
    }

    private string Suggest(string name, string channel) => Suggestion.For(name, Names().Where(n => channel is "email" or "print" || File.Exists(Path.Combine(_root, n + ".sbn-txt"))));
}
