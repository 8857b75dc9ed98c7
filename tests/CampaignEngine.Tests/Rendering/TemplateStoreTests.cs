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
    [InlineData("email/include", "c.yaml(1,1): error CE3002: 'templates/partials/../../secret.sbn-html' leads out of templates/; name a template inside it")]
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

    private MailingContent? Snapshot(string template, out IReadOnlyList<string> problems)
    {
        var list = new ProblemList();
        var place = new Place("c.yaml", 1, 1);
        var drop = new DropDefinition { Name = "one", Place = place, Channel = "email", Template = new Written(template, place), Schedule = new ScheduleDefinition { Place = place } };
        var campaign = new CampaignDefinition
        {
            File = "c.yaml", Yaml = "", Name = "tea", Title = "Tea", Place = place, Audience = new AudienceDefinition { Place = place }, Drops = [drop], Response = new ResponseDefinition { Place = place },
        };
        var content = new TemplateStore(_workspace.FullName).Snapshot(campaign, drop, Models.Crm, EngineSettings.Default, list);
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
