using System.Text.Json;
using CampaignEngine.Testing;

namespace CampaignEngine.Cli.Tests.Commands.Import;

/// <summary>The real program on a real database.</summary>
public sealed class ImportHistoryCommandTests(TestDatabase database) : IClassFixture<TestDatabase>, IDisposable
{
    private const string Header = "recency,history_segment,history,mens,womens,zip_code,newbie,channel,segment,visit,conversion,spend\r\n";
    private readonly TempDirectory _folder = new("hist");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ImportsAndReportsAPastCampaign()
    {
        var same = "10,2) $100 - $200,142.44,1,0,Surburban,0,Phone,Womens E-Mail,1,1,20.5\r\n";
        var file = _folder.Write("test.csv", Header + same + same + same.Replace("Womens E-Mail,1,1,20.5", "No E-Mail,0,0,0", StringComparison.Ordinal));

        var import = await RunAsync("import-history", file, "--map", "imports/hillstrom.yaml", "--output", "json");
        Assert.True(import.ExitCode == 0, import.Errors);
        using var done = JsonDocument.Parse(import.Output);
        Assert.Equal(3, done.RootElement.GetProperty("entities").GetProperty("past_contacts").GetProperty("inserted").GetInt64());

        using var report = JsonDocument.Parse((await RunAsync("report", "hillstrom-2008", "--output", "json")).Output);
        Assert.True(report.RootElement.GetProperty("imported").GetBoolean());
        var cells = report.RootElement.GetProperty("cells");
        Assert.Equal(2, cells.GetArrayLength());
        var (cell, control) = (cells[0], cells[1]);
        Assert.Equal(("Womens E-Mail", false, 2, 2, 41m, 1.0), (
            cell.GetProperty("cell").GetString(), cell.GetProperty("control").GetBoolean(), cell.GetProperty("contacted").GetInt64(),
            cell.GetProperty("conversions").GetInt64(), cell.GetProperty("revenue").GetDecimal(), cell.GetProperty("response_lift").GetDouble()));
        Assert.Equal(("No E-Mail", true, 1), (control.GetProperty("cell").GetString(), control.GetProperty("control").GetBoolean(), control.GetProperty("contacted").GetInt64()));

        using var all = JsonDocument.Parse((await RunAsync("report", "--all", "hill*", "--output", "json")).Output);
        Assert.Equal("hillstrom-2008", Assert.Single(all.RootElement.GetProperty("campaigns").EnumerateArray()).GetProperty("campaign").GetString());
        Assert.Equal(2, all.RootElement.GetProperty("imported_total").GetProperty("people").GetInt64());
    }

    [Fact]
    public async Task WhatItCannotDoEndsWithTwo()
    {
        var file = _folder.Write("test.csv", Header);
        var none = await RunAsync("import-history", file, "--map", "imports/customers.yaml");
        Assert.Equal((2, "imports/customers.yaml feeds no history; name past_campaigns, past_contacts, past_responses in it, or use 'campaign import'\n"), (none.ExitCode, none.Errors));
        var other = await RunAsync("import", file, "--map", "imports/hillstrom.yaml");
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("'past_campaigns' is no entity of model.yaml", other.Errors, StringComparison.Ordinal);
        var unnamed = await RunAsync("report");
        Assert.Equal((2, "name the campaign, or write --all for one line of each\n"), (unnamed.ExitCode, unnamed.Errors));
    }

    private Task<CampaignResult> RunAsync(params string[] arguments) => CampaignProcess.RunAsync(
        Repository.Root, arguments, new Dictionary<string, string?> { ["CAMPAIGN_DATABASE"] = database.ConnectionString }, TestContext.Current.CancellationToken);
}
