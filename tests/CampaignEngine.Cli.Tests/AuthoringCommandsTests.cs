using System.Diagnostics;
using System.Text.Json;
using CampaignEngine.Testing;

namespace CampaignEngine.Cli.Tests;

public sealed class AuthoringCommandsTests(TestDatabase database) : IClassFixture<TestDatabase>, IDisposable
{
    private readonly TempDirectory _folder = new("authoring");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ANewWorkspaceIsValidAndIsNotMadeTwice()
    {
        var shop = Path.Combine(_folder.FullName, "shop");

        Assert.Equal(0, (await RunAsync("init", shop)).Code);
        var valid = await RunAsync("validate", "--workspace", shop);
        var again = await RunAsync("init", shop);

        Assert.Equal((0, "", "2 campaign files, 0 errors, 0 warnings\n"), valid);
        Assert.Equal(2, again.Code);
        Assert.Contains("is a workspace already", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ValidateNamesEveryProblemAndEndsWithTwo()
    {
        var file = Path.Combine(_folder.FullName, "bad.yaml");
        await File.WriteAllTextAsync(file, """
            campaign: bad
            audience: { where: contry = "TW" }
            drops:
              - { drop: one, channel: email, template: email/none, subject: x, schedule: soon }
            """, TestContext.Current.CancellationToken);

        var (code, output, _) = await RunAsync("validate", file, "--workspace", Repository.Root, "--output", "json");

        Assert.Equal(2, code);
        using var problems = JsonDocument.Parse(output);
        Assert.Equal([(4, "CE1105")], problems.RootElement.EnumerateArray().Select(p => (p.GetProperty("line").GetInt32(), p.GetProperty("code").GetString()!)));

        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Replace("soon", "now", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var lines = (await RunAsync("validate", file, "--workspace", Repository.Root)).Output;
        Assert.Equal(
            $"{file}(2,20): error CE4101: unknown field 'contry' of customers; did you mean 'country'?\n"
            + $"{file}(4,44): error CE3001: the template 'email/none' has no file: templates/email/none exists with neither '.sbn-html', '.sbn-md' nor '.sbn-txt'\n", lines);
    }

    [Fact]
    public async Task PreviewShowsTheMessageOfOnePerson()
    {
        await database.ExecuteAsync("INSERT INTO crm.customers (customer_no, first_name, email) VALUES ('C7', 'Ann', 'ann@x.test')");

        var shown = await RunAsync("preview", "spring-tea", "announce", "--customer", "C7", "--cell", "ten-percent", "--workspace", Repository.Root);
        var unknown = await RunAsync("preview", "spring-tea", "announce", "--customer", "C'8", "--workspace", Repository.Root);
        var misspelt = await RunAsync("preview", "spring-te", "--customer", "C7", "--workspace", Repository.Root);

        Assert.StartsWith("Subject: Ann, your oolong is running low\n", shown.Output, StringComparison.Ordinal);
        Assert.Contains("10% off until the end of the month with the code SPRING-10.", shown.Output, StringComparison.Ordinal);
        Assert.Contains("See the harvest (https://shop.example/spring-harvest)", shown.Output, StringComparison.Ordinal);
        Assert.Equal(2, unknown.Code);
        Assert.Contains("there is no customer_no 'C'8' in customers", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("there is no campaign 'spring-te' in campaigns/; did you mean 'spring-tea'?", misspelt.Error, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "campaign.dll"));
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.Environment["CAMPAIGN_DATABASE"] = database.ConnectionString;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }
}
