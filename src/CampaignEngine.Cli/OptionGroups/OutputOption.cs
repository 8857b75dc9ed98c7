using System.CommandLine;
using CampaignEngine.Cli.Output;

namespace CampaignEngine.Cli.OptionGroups;

/// <summary><c>--output table|json|csv</c>, on every command that returns rows.</summary>
internal sealed class OutputOption
{
    private readonly Option<string> _option = new("--output")
    {
        Description = "How results are written to stdout.",
        HelpName = "table|json|csv",
        DefaultValueFactory = static _ => "table",
    };

    private OutputOption() => _option.AcceptOnlyFromAmong("table", "json", "csv");

    public static OutputOption AddTo(Command command)
    {
        var group = new OutputOption();
        command.Options.Add(group._option);
        return group;
    }

    /// <summary>The writer for this run's results.</summary>
    /// <param name="zone">Zone of the times that tables show; the machine's own unless given.</param>
    public ResultWriter Writer(ParseResult parsed, TimeZoneInfo? zone = null) => new(
        parsed.GetValue(_option) switch
        {
            "json" => OutputFormat.Json,
            "csv" => OutputFormat.Csv,
            _ => OutputFormat.Table,
        },
        Console.Out,
        zone);
}
