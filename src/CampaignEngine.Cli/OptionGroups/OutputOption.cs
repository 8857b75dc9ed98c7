using System.CommandLine;
using CampaignEngine.Cli.Output;

namespace CampaignEngine.Cli.OptionGroups;

/// <summary><c>--output table|json|csv</c>, on every command that returns rows.</summary>
internal sealed class OutputOption
{
    private readonly Option<string> _option;

    private OutputOption(string[] formats)
    {
        _option = new("--output")
        {
            Description = "How results are written.",
            HelpName = string.Join('|', formats),
            DefaultValueFactory = static _ => "table",
        };
        _option.AcceptOnlyFromAmong(formats);
    }

    /// <param name="more">Formats that the command writes beside those of rows.</param>
    public static OutputOption AddTo(Command command, params string[] more)
    {
        var group = new OutputOption(["table", "json", "csv", .. more]);
        command.Options.Add(group._option);
        return group;
    }

    public string Format(ParseResult parsed) => parsed.GetValue(_option)!;

    /// <summary>The writer for this run's results.</summary>
    /// <param name="zone">Zone of the times that tables show; the machine's own unless given.</param>
    /// <param name="output">Where results go; stdout unless given.</param>
    public ResultWriter Writer(ParseResult parsed, TimeZoneInfo? zone = null, TextWriter? output = null) => new(
        parsed.GetValue(_option) switch
        {
            "json" => OutputFormat.Json,
            "csv" => OutputFormat.Csv,
            _ => OutputFormat.Table,
        },
        output ?? Console.Out,
        zone);
}
