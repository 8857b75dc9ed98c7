using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Rendering;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests.Rendering;

public sealed class TemplateStoreTests : IDisposable
{
    private readonly TempDirectory _workspace = new("templates");

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void TakesBothPartsAndThePartialsTheyIncludeInTurn()
    {
        Write("templates/email/a.sbn-html", "{{ include 'head.sbn-html' }}<a href=\"https://x.test/1\">x</a>");
        Write("templates/email/a.sbn-txt", "{{ link \"https://x.test/2\" }} {{ link \"https://x.test/1\" }}");
        Write("templates/partials/head.sbn-html", "{{ include('logo.sbn-html') }}");
        Write("templates/partials/logo.sbn-html", "<a href='https://x.test/logo'>Tea</a>{{ include 'head.sbn-html' }}");
        Write("templates/partials/unused.sbn-html", "no");

        var content = Snapshot("email/a", out var problems)!;

        Assert.Empty(problems);
        Assert.Equal(["head.sbn-html", "logo.sbn-html"], content.Partials.Keys);
        Assert.Equal(["https://x.test/1", "https://x.test/2", "https://x.test/logo"], content.Links);
        Assert.Equal("/// Tea", "/// " + content.Title);
    }

    [Fact]
    public void ADynamicIncludeTakesEveryPartial()
    {
        Write("templates/email/a.sbn-html", "{{ include (cell + '.sbn-html') }}");
        Write("templates/partials/one.sbn-html", "1");
        Write("templates/partials/two.sbn-html", "2");

        Assert.Equal(["one.sbn-html", "two.sbn-html"], Snapshot("email/a", out _)!.Partials.Keys);
    }

    [Theory]
    [InlineData("email/b", "c.yaml(1,1): error CE3001: the template 'email/b' has no file: templates/email/b exists with neither '.sbn-html', '.sbn-md' nor '.sbn-txt'; did you mean 'email/a'?")]
    [InlineData("../secret", "c.yaml(1,1): error CE3002: 'templates/../secret.sbn-html' leads out of templates/; name a template inside it")]
    [InlineData("/etc/passwd", "c.yaml(1,1): error CE3002: 'templates//etc/passwd.sbn-html' leads out of templates/; name a template inside it")]
    [InlineData("email/./a", "c.yaml(1,1): error CE3002: 'templates/email/./a.sbn-html' leads out of templates/; name a template inside it")]
    [InlineData("email/link", "c.yaml(1,1): error CE3002: 'templates/email/link.sbn-html' is a symbolic link that leads out of templates/; copy the file into it")]
    [InlineData("linked/secret", "c.yaml(1,1): error CE3002: 'templates/linked/secret.sbn-html' is a symbolic link that leads out of templates/; copy the file into it")]
    [InlineData("email/include", "templates/email/include.sbn-html(1,12): error CE3002: 'templates/partials/../../secret.sbn-html' leads out of templates/; name a template inside it")]
    [InlineData("linked/none", "c.yaml(1,1): error CE3001: the template 'linked/none' has no file: templates/linked/none exists with neither '.sbn-html', '.sbn-md' nor '.sbn-txt'")]
    [InlineData("email/bytes", "templates/email/bytes.sbn-html(1,1): error CE3004: the file is not UTF-8; save it as UTF-8")]
    [InlineData("email/large", "templates/email/large.sbn-html(1,1): error CE3003: the file has more than 1,024 KiB, which is all that is read; host pictures and attach nothing")]
    public void NeverReadsOutsideItsFolder(string template, string expected)
    {
        Write("secret.sbn-html", "secret");
        Write("templates/email/a.sbn-html", "a");
        Write("templates/email/include.sbn-html", "{{ include '../../secret.sbn-html' }}");
        Write("templates/email/large.sbn-html", new string('x', TemplateStore.LargestFile + 1));
        File.WriteAllBytes(PathOf("templates/email/bytes.sbn-html"), [0xFF, 0xFE, 0x00]);
        File.CreateSymbolicLink(PathOf("templates/email/link.sbn-html"), PathOf("secret.sbn-html"));
        Directory.CreateSymbolicLink(PathOf("templates/linked"), _workspace.FullName);

        Assert.Null(Snapshot(template, out var problems));
        Assert.Equal(expected, problems[0]);
    }

    /// <summary>What an include asks for, and what stands behind "templates/a.sbn-html(2,13): error ".</summary>
    public static TheoryData<string, string> Attacks() => new()
    {
        { "../secret.sbn-html", "CE3002: 'templates/partials/../secret.sbn-html' leads out of templates/; name a template inside it" },
        { "sub/../../../secret.sbn-html", "CE3002: 'templates/partials/sub/../../../secret.sbn-html' leads out of templates/; name a template inside it" },
        { "./head.sbn-html", "CE3002: 'templates/partials/./head.sbn-html' leads out of templates/; name a template inside it" },
        { "sub//deep.sbn-html", "CE3002: 'templates/partials/sub//deep.sbn-html' leads out of templates/; name a template inside it" },
        { "/etc/passwd", "CE3002: 'templates/partials//etc/passwd' leads out of templates/; name a template inside it" },
        { "//host/share/secret", "CE3002: 'templates/partials///host/share/secret' leads out of templates/; name a template inside it" },
        { "C:/secret.sbn-html", "CE3002: 'templates/partials/C:/secret.sbn-html' has a ':', which no template's name has; folders are parted by '/'" },
        { "head.sbn-html::$DATA", "CE3002: 'templates/partials/head.sbn-html::$DATA' has a ':', which no template's name has; folders are parted by '/'" },
        { @"..\..\secret.sbn-html", @"CE3002: 'templates/partials/..\..\secret.sbn-html' has a '\', which no template's name has; folders are parted by '/'" },
        { @"\u002e\u002e/secret.sbn-html", @"CE3002: 'templates/partials/\u002e\u002e/secret.sbn-html' has a '\', which no template's name has; folders are parted by '/'" },
        { "%2e%2e/%2e%2e/secret.sbn-html", "CE3002: 'templates/partials/%2e%2e/%2e%2e/secret.sbn-html' has a '%', which no template's name has; names are not decoded" },
        { "..%2f..%2fsecret.sbn-html", "CE3002: 'templates/partials/..%2f..%2fsecret.sbn-html' has a '%', which no template's name has; names are not decoded" },
        { "%252e%252e/secret.sbn-html", "CE3002: 'templates/partials/%252e%252e/secret.sbn-html' has a '%', which no template's name has; names are not decoded" },
        { "..\uFF0F..\uFF0Fsecret.sbn-html", "CE3002: 'templates/partials/..\uFF0F..\uFF0Fsecret.sbn-html' has a character that only looks like '/', '\\' or '.'; write the plain one" },
        { "..\u2215secret.sbn-html", "CE3002: 'templates/partials/..\u2215secret.sbn-html' has a character that only looks like '/', '\\' or '.'; write the plain one" },
        { "..\u2044secret.sbn-html", "CE3002: 'templates/partials/..\u2044secret.sbn-html' has a character that only looks like '/', '\\' or '.'; write the plain one" },
        { "\uFF0E\uFF0E/secret.sbn-html", "CE3002: 'templates/partials/\uFF0E\uFF0E/secret.sbn-html' has a character that only looks like '/', '\\' or '.'; write the plain one" },
        { "\u2025/secret.sbn-html", "CE3002: 'templates/partials/\u2025/secret.sbn-html' has a character that only looks like '/', '\\' or '.'; write the plain one" },
        { "head.sbn-html\0.png", "CE3002: 'templates/partials/head.sbn-html\\u0000.png' has a character that no template's name has; use letters, digits, '-' and '_'" },
        { "head\n.sbn-html", "CE3002: 'templates/partials/head\\u000A.sbn-html' has a character that no template's name has; use letters, digits, '-' and '_'" },
        { "head\u202Elmth.sbn-html", "CE3002: 'templates/partials/head\\u202Elmth.sbn-html' has a character that no template's name has; use letters, digits, '-' and '_'" },
        { "head\uFFFD.sbn-html", "CE3002: 'templates/partials/head\uFFFD.sbn-html' has a character that no template's name has; use letters, digits, '-' and '_'" },
        { "head.sbn-html.", "CE3002: 'templates/partials/head.sbn-html.' has a part with a space at an end or a dot behind it; take it away" },
        { "sub./deep.sbn-html", "CE3002: 'templates/partials/sub./deep.sbn-html' has a part with a space at an end or a dot behind it; take it away" },
        { "... /secret.sbn-html", "CE3002: 'templates/partials/... /secret.sbn-html' has a part with a space at an end or a dot behind it; take it away" },
        { new string('x', 500), $"CE3002: 'templates/partials/{new string('x', 51)}…' is longer than 200 characters; give the template a shorter name" },
        { "file-link.sbn-html", "CE3002: 'templates/partials/file-link.sbn-html' is a symbolic link that leads out of templates/; copy the file into it" },
        { "relative-link.sbn-html", "CE3002: 'templates/partials/relative-link.sbn-html' is a symbolic link that leads out of templates/; copy the file into it" },
        { "chained-link.sbn-html", "CE3002: 'templates/partials/chained-link.sbn-html' is a symbolic link that leads out of templates/; copy the file into it" },
        { "folder-link/secret.sbn-html", "CE3002: 'templates/partials/folder-link/secret.sbn-html' is a symbolic link that leads out of templates/; copy the file into it" },
        { "through-link/secret.sbn-html", "CE3002: 'templates/partials/through-link/secret.sbn-html' is a symbolic link that leads out of templates/; copy the file into it" },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public void AnIncludeNeverReadsOutsideAndIsRefusedWhereItStands(string include, string expected)
    {
        PrepareLinks();
        Write("templates/email/a.sbn-html", $"<p>\n{{{{  include '{include}' }}}}");

        Assert.Null(Snapshot("email/a", out var problems));
        Assert.Equal($"templates/email/a.sbn-html(2,13): error {expected}", Assert.Single(problems));
    }

    [Theory]
    [InlineData("HEAD.SBN-HTML")]
    [InlineData("Sub/deep.sbn-html")]
    [InlineData("loop/loop/head.sbn-html.txt")]
    public void ANameThatNoFileHasIsReportedByTheCheckWhereItStands(string include)
    {
        PrepareLinks();
        Write("templates/email/a.sbn-html", $"<p>\n{{{{  include '{include}' }}}}");
        var problems = new ProblemList();

        TemplateCheck.Run(Snapshot("email/a", out var before)!, new Written("Hi", new Place("c.yaml", 9, 15)), Models.Crm, problems);

        Assert.Empty(before);
        Assert.Contains(problems.Items, p => p.ToString().StartsWith($"templates/email/a.sbn-html(2,13): error CE3407: there is no template `{include}` to include", StringComparison.Ordinal));
    }

    [Fact]
    public void ARefusedIncludeOfAPartialASubjectAndAMarkdownTemplateStandsInItsOwnFile()
    {
        Write("templates/email/a.sbn-html", "{{ include 'head.sbn-html' }}");
        Write("templates/partials/head.sbn-html", "\n\n <b>{{ include '../x' }}</b>");
        Write("templates/email/m.sbn-md", "# Tea\n\nOur {{ include '../x' }}\n");
        Write("templates/partials/layout.sbn-html", "<html><body>{{ content }}</body></html>");

        Snapshot("email/a", out var inPartial, "Tea {{ include '../y' }}");
        Snapshot("email/m", out var inMarkdown);

        Assert.Equal(["templates/partials/head.sbn-html(3,16)", "c.yaml(1,16)"], inPartial.Select(p => p.Split(": ")[0]));
        Assert.Equal(["templates/email/m.sbn-md(3,16)"], inMarkdown.Select(p => p.Split(": ")[0]));
    }

    [Fact]
    public void LinkedFoldersAreNotWalkedThrough()
    {
        PrepareLinks();
        Write("templates/partials/head.sbn-html", "h");
        Write("templates/email/a.sbn-html", "{{ include (cell + '.sbn-html') }}");

        // Two circles would otherwise give names without end.
        Assert.Null(Snapshot("email/a", out var problems));
        Assert.All(problems, p => Assert.Contains("is a symbolic link that leads out of templates/", p, StringComparison.Ordinal));
        Assert.DoesNotContain(new TemplateStore(_workspace.FullName).PartialNames(), n => n.StartsWith("loop/", StringComparison.Ordinal) || n.StartsWith("folder-link/", StringComparison.Ordinal));
    }

    private void PrepareLinks()
    {
        Write("outside/secret.sbn-html", "secret");
        Write("secret.sbn-html", "secret");
        Write("templates/partials/head.sbn-html", "head");
        Write("templates/partials/sub/deep.sbn-html", "deep");
        File.CreateSymbolicLink(PathOf("templates/partials/file-link.sbn-html"), PathOf("secret.sbn-html"));
        File.CreateSymbolicLink(PathOf("templates/partials/relative-link.sbn-html"), "../../secret.sbn-html");
        File.CreateSymbolicLink(PathOf("templates/partials/chained-link.sbn-html"), "relative-link.sbn-html");
        Directory.CreateSymbolicLink(PathOf("templates/partials/folder-link"), PathOf("outside"));

        // Every link of the way but one stays inside: `way` is a folder of templates/ only by its name.
        Directory.CreateSymbolicLink(PathOf("templates/way"), "..");
        Directory.CreateSymbolicLink(PathOf("templates/partials/through-link"), PathOf("templates/way/outside"));
        Directory.CreateSymbolicLink(PathOf("templates/partials/loop"), ".");
        Directory.CreateSymbolicLink(PathOf("templates/partials/loop2"), ".");
    }

    [Fact]
    public void AWorkspaceBehindALinkIsRead()
    {
        Write("real/templates/email/a.sbn-html", "a");
        Directory.CreateSymbolicLink(PathOf("workspace"), PathOf("real"));

        Assert.Equal(["email/a"], new TemplateStore(PathOf("workspace")).Names());
        Assert.Equal("a", Snapshot("email/a", out _, workspace: "workspace")!.Html);
    }

    [Fact]
    public void ALinkInsideTheFolderIsFine()
    {
        Write("templates/email/a.sbn-html", "a");
        File.CreateSymbolicLink(PathOf("templates/email/b.sbn-html"), PathOf("templates/email/a.sbn-html"));

        Assert.Equal("a", Snapshot("email/b", out _)!.Html);
    }

    [Fact]
    public void TheCheckNamesUnknownFieldsWhereTheyStand()
    {
        Write("templates/email/a.sbn-html", "{{ include 'head.sbn-html' }}\n<p>{{ customer.first_nam }} {{ ofer }}</p>");
        Write("templates/partials/head.sbn-html", "<b>{{ customer.lastname }}</b>");
        var content = Snapshot("email/a", out _)!;
        var problems = new ProblemList();

        TemplateCheck.Run(content, new Written("Hi {{ customer.frist_name }}", new Place("c.yaml", 9, 15)), Models.Crm, problems);

        var shown = problems.InOrder().Where(p => p.Severity == Severity.Error).Select(p => $"{p.Place} {p.Code}").ToList();
        Assert.Contains(shown, p => p.StartsWith("c.yaml(9,", StringComparison.Ordinal));
        Assert.Contains(shown, p => p.StartsWith("templates/partials/head.sbn-html(1,", StringComparison.Ordinal));
        Assert.Contains(shown, p => p.StartsWith("templates/email/a.sbn-html(2,7)", StringComparison.Ordinal) || p.StartsWith("templates/email/a.sbn-html(2,16)", StringComparison.Ordinal));
        Assert.Contains("templates/email/a.sbn-html(1,1) CE3010", shown);
    }

    [Fact]
    public void TheExamplesPassTheCheck()
    {
        var workspace = Workspace.Load(Repository.Root, environment: null);
        var problems = new ProblemList();
        foreach (var campaign in workspace.Campaigns)
        {
            foreach (var drop in campaign.Drops)
            {
                var content = new TemplateStore(Repository.Root).Snapshot(campaign, drop, workspace.Model!, workspace.Settings!, problems)!;
                TemplateCheck.Run(content, drop.Subject, workspace.Model!, problems);
            }
        }

        Assert.True(problems.Items.Count == 0, string.Join('\n', problems.Items));
    }

    private MailingContent? Snapshot(string template, out IReadOnlyList<string> problems, string? subject = null, string workspace = ".")
    {
        var list = new ProblemList();
        var place = new Place("c.yaml", 1, 1);
        var drop = new DropDefinition { Name = "one", Place = place, Channel = "email", Template = new Written(template, place), Subject = subject is null ? null : new Written(subject, place), Schedule = new ScheduleDefinition { Place = place } };
        var campaign = new CampaignDefinition
        {
            File = "c.yaml", Yaml = "", Name = "tea", Title = "Tea", Place = place, Audience = new AudienceDefinition { Place = place }, Drops = [drop], Response = new ResponseDefinition { Place = place },
        };
        var content = new TemplateStore(PathOf(workspace)).Snapshot(campaign, drop, Models.Crm, EngineSettings.Default, list);
        problems = [.. list.Items.Select(p => p.ToString())];
        return content;
    }

    private string PathOf(string file) => Path.Combine(_workspace.FullName, file);

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
        File.WriteAllText(PathOf(file), text);
    }
}
