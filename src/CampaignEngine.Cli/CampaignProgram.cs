using System.CommandLine;
using System.CommandLine.Invocation;
using CampaignEngine.Cli.Commands;
using CampaignEngine.Cli.OptionGroups;

namespace CampaignEngine.Cli;

/// <summary>The program: parses, runs one command, and turns whatever goes wrong into one line and an exit code.</summary>
internal static class CampaignProgram
{
    // A worker told to stop finishes the messages it has begun; see docs/commands.md.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(string[] args)
    {
        var root = CommandList.Root();
        var started = TimeProvider.System.GetUtcNow();
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            if (parsed.Action is ParseErrorAction complaint)
            {
                complaint.ShowHelp = false;
            }

            await parsed.InvokeAsync(new InvocationConfiguration { Output = Console.Error });
            var command = string.Join(' ', parsed.CommandPath());
            await Console.Error.WriteLineAsync($"see '{command} --help'");
            return ExitCode.Invalid;
        }

        using var traces = TraceExport.StartIfAsked();
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = parsed.CommandResult.Command is InteractiveCommand ? null : StopPatience,
            });
        }
        catch (Exception fault)
        {
            return Faults.Report(fault, Console.Error, withStack: parsed.GetValue(VerboseOption.Instance), WorkspaceOption.Find(parsed), started);
        }
    }

    private static IEnumerable<string> CommandPath(this ParseResult parsed)
    {
        var names = new Stack<string>();
        for (System.CommandLine.Parsing.SymbolResult? result = parsed.CommandResult; result is not null; result = result.Parent)
        {
            if (result is System.CommandLine.Parsing.CommandResult command)
            {
                names.Push(command.Command is RootCommand ? "campaign" : command.Command.Name);
            }
        }

        return names;
    }
}
