using System.CommandLine;
using CampaignEngine.Cli.Output;

namespace CampaignEngine.Cli.OptionGroups;

/// <summary><c>--log text|json</c>, on commands that run on and on.</summary>
internal sealed class LogOption
{
    private readonly Option<string> _option = new("--log")
    {
        Description = "How messages are written to stderr: for people, or a JSON object a line.",
        HelpName = "text|json",
        DefaultValueFactory = static _ => "text",
    };

    private LogOption() => _option.AcceptOnlyFromAmong("text", "json");

    public static LogOption AddTo(Command command)
    {
        var group = new LogOption();
        command.Options.Add(group._option);
        return group;
    }

    /// <summary>From here on everything on stderr has the chosen form. Call it before anything else.</summary>
    /// <returns>The log for entries with figures; null when people read.</returns>
    public JsonLog? Begin(ParseResult parsed)
    {
        if (parsed.GetValue(_option) != "json")
        {
            return null;
        }

        var log = new JsonLog(Console.Error, TimeProvider.System);
        Console.SetError(log);
        return log;
    }
}
