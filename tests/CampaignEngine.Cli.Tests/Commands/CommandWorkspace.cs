using CampaignEngine.Testing;

namespace CampaignEngine.Cli.Tests.Commands;

/// <summary>The repository's example workspace copied, over a database of the class's own.</summary>
public sealed class CommandWorkspace : TestDatabase
{
    private readonly TempDirectory _folder = new("cmd");

    public CommandWorkspace()
    {
        foreach (var file in (string[])["engine.yaml", "model.yaml", "campaigns/spring-tea.yaml", "templates/email/spring-tea.sbn-html", "templates/partials/footer.sbn-html", "templates/partials/header.sbn-html"])
        {
            _folder.Write(file, File.ReadAllText(Path.Combine(Repository.Root, file)));
        }
    }

    public string Folder => _folder.FullName;

    private Dictionary<string, string?> Environment => new() { ["CAMPAIGN_DATABASE"] = ConnectionString, ["TZ"] = "UTC" };

    public Task<CampaignResult> RunAsync(params string[] arguments) =>
        CampaignProcess.RunAsync(Folder, arguments, Environment, TestContext.Current.CancellationToken);

    public CampaignProcess Start(params string[] arguments) => CampaignProcess.Start(Folder, arguments, Environment);

    /// <summary>The lines of a command on a terminal of 100 columns, without the codes that steer it.</summary>
    public async Task<string[]> OnTerminalAsync(string command)
    {
        using var process = CampaignProcess.StartProgram(
            Folder, ["script", "-qec", $"stty cols 100 rows 50; exec {CampaignProcess.Host} '{CampaignProcess.ProgramFile}' {command}", "/dev/null"], Environment);
        var result = await process.FinishAsync(TestContext.Current.CancellationToken);
        return [.. System.Text.RegularExpressions.Regex.Replace(result.Output, "\u001b\\[[0-9;?]*[a-zA-Z]", "", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(10))
            .Split('\n').Select(line => line.TrimEnd('\r', ' '))];
    }

    protected override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var command = Source.CreateCommand("""
            INSERT INTO crm.customers (customer_no, first_name, email, country, email_consent) VALUES
                ('C1', 'Ann', 'ann@shop.test', 'TW', 'granted'), ('C2', '=1+1', 'bo@shop.test', 'TW', 'granted'), ('C3', 'Cy', 'cy@shop.test', 'DE', 'granted');
            INSERT INTO crm.orders (order_no, customer_id, kind, ordered_at, amount, category)
                SELECT 'O' || customer_no, customer_id, 'sale', '2026-03-12 12:00Z', 20, 'tea' FROM crm.customers WHERE customer_no IN ('C1', 'C3')
            """);
        await command.ExecuteNonQueryAsync(cancellationToken);
        var mailing = await ArrangedMailing.FreezeAsync(
            Source, [.. Enumerable.Range(1, 3).Select(n => new ArrangedPerson($"{n}", $"c{n}@shop.test"))], cancellationToken: cancellationToken);
        await using (var plan = Source.CreateCommand("UPDATE engine.plan SET definition_file = 'campaigns/spring-tea.yaml', definition_yaml = $1"))
        {
            plan.Parameters.Add(new() { Value = await File.ReadAllTextAsync(Path.Combine(Folder, "campaigns/spring-tea.yaml"), cancellationToken) });
            await plan.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var person in (string[])["1", "2", "3"])
        {
            await mailing.OutcomeAsync(Source, person, new DateTimeOffset(2026, 3, 10, 9, 0, 5, TimeSpan.Zero), person == "3" ? "rejected" : "accepted");
        }
    }
}
