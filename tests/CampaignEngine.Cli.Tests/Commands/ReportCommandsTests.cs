using System.Text.Json;
using System.Text.RegularExpressions;

namespace CampaignEngine.Cli.Tests.Commands;

public sealed partial class ReportCommandsTests(CommandWorkspace workspace) : IClassFixture<CommandWorkspace>
{
    [Fact]
    public async Task APageLeadsToTheRowsBehindItsFigures()
    {
        var file = Path.Combine(workspace.Folder, "report.html");
        var written = await workspace.RunAsync("report", "spring-tea", "--output", "html", "--file", file);
        Assert.Equal((0, ""), (written.ExitCode, written.Output));
        var html = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        var id = Contacted().Match(html).Groups[1].Value;
        Assert.Equal(12, id.Length);
        var rows = await workspace.RunAsync("rows", id, "--output", "json");
        Assert.Equal(0, rows.ExitCode);
        using var json = JsonDocument.Parse(rows.Output);
        Assert.Equal(["1", "2"], json.RootElement.EnumerateArray().Select(r => r.GetProperty("customer").GetString()));
        Assert.Contains("contacted: 2", rows.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(file + ".unfinished"));
        var unknown = await workspace.RunAsync("rows", "aaaaaaaaaaaa");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("there is no figure 'aaaaaaaaaaaa' here", unknown.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("country", "value,control,people,contacted")]
    [InlineData("day", "day,control,contacted,opens")]
    [InlineData("link", "drop,link,clicks,clicks_raw,click_rate")]
    [InlineData("cell", "value,control,people,contacted")]
    public async Task FiguresComeByWhateverIsAskedFor(string by, string header)
    {
        var result = await workspace.RunAsync("report", "spring-tea", "--by", by, "--output", "csv");
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith(header, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACampaignComparedWithItselfDiffersInNothing()
    {
        var result = await workspace.RunAsync("report", "--compare", "spring-tea", "spring-tea", "--output", "json");
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        using var json = JsonDocument.Parse(result.Output);
        var parts = json.RootElement.GetProperty("rates").EnumerateArray().SelectMany(r => r.GetProperty("parts").EnumerateArray()).ToList();
        Assert.Equal(10, parts.Count);
        Assert.All(parts, p => Assert.Equal(0, p.GetProperty("difference").GetDecimal()));
        Assert.Contains("part of the difference", (await workspace.RunAsync("report", "--compare", "spring-tea", "spring-tea")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMonthIsListedDayByDay()
    {
        var result = await workspace.RunAsync("report", "--calendar", "2026-03", "--output", "csv");
        Assert.Equal("day,campaign,drop,channel,state,people,messages\n2026-03-10,spring-tea,announce,email,running,3,2\n", result.Output);
        Assert.Contains("2 people contacted 2 times", (await workspace.RunAsync("report", "--calendar", "2026-03")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheFunnelBeginsWithTheFrozenList()
    {
        var result = await workspace.RunAsync("report", "funnel", "spring-tea", "--output", "csv");
        Assert.StartsWith("step,people,with_machines,rate,rate_low,rate_high\nfrozen,3,,,,\ncontacted,2,,1,", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("report --output html --all", "--all gives rows: use it with --output table, json or csv")]
    [InlineData("report spring-tea --calendar 2026-03", "name a campaign, or use one of --all, --compare and --calendar")]
    [InlineData("report --calendar march", "--calendar 'march' is not a month; write for example 2026-03")]
    [InlineData("report spring-tea --by cuntry", "unknown field 'cuntry' of customers; did you mean 'country'?")]
    [InlineData("report", "name the campaign, or write --all for one line of each")]
    public async Task WhatCannotBeAskedIsSaid(string command, string fault)
    {
        var result = await workspace.RunAsync(command.Split(' '));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(fault, result.Errors, StringComparison.Ordinal);
    }

    [GeneratedRegex("Contacted</dt><dd><a class=\"rows\" href=\"#q-([a-z2-9]+)\"")]
    private static partial Regex Contacted();
}
