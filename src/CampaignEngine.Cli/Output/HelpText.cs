using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace CampaignEngine.Cli.Output;

/// <summary>Help that fits 100 columns: a list of commands shows the first sentence of each, a command's own help all of it, examples on lines of their own.</summary>
internal sealed class HelpText(HelpAction help) : SynchronousCommandLineAction
{
    private const int Widest = 100;
    private static readonly string[] OwnLines = ["Example: ", "Exit code "];

    public override bool ClearsParseErrors => true;

    /// <summary>Makes it the help of a program.</summary>
    public static void UseFor(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            option.Action = new HelpText((HelpAction)option.Action!);
        }
    }

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        command.Description = Laid(command.Description ?? "");
        foreach (var child in command.Subcommands)
        {
            child.Description = FirstSentence(Laid(child.Description ?? ""));
        }

        help.MaxWidth = Math.Min(Widest, Console.IsOutputRedirected || Console.WindowWidth <= 0 ? Widest : Console.WindowWidth) - 1;
        return help.Invoke(parseResult);
    }

    // Line breaks of the source text would meet those of the narrower column.
    private static string Laid(string text)
    {
        var flowing = string.Join(' ', text.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return OwnLines.Aggregate(flowing, (laid, own) => laid.Replace(" " + own, (own[0] == 'E' && laid.Contains("\n\n", StringComparison.Ordinal) ? "\n" : "\n\n") + own, StringComparison.Ordinal));
    }

    private static string FirstSentence(string text)
    {
        var line = text.Split('\n')[0];
        var end = line.IndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? line : line[..end]).TrimEnd('.');
    }
}
