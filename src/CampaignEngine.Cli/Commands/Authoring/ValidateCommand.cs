using System.CommandLine;
using CampaignEngine.Authoring;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Cli.Output;

namespace CampaignEngine.Cli.Commands.Authoring;

internal static class ValidateCommand
{
    public static Command Create()
    {
        var command = new Command("validate", "Report all problems of YAML, conditions and templates. Example: campaign validate campaigns/spring-tea.yaml");
        var files = new Argument<string[]>("files") { Description = "Campaign files [default: all below campaigns/].", Arity = ArgumentArity.ZeroOrMore };
        command.Arguments.Add(files);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            var named = parsed.GetValue(files) is { Length: > 0 } given ? given.Select(Path.GetFullPath) : null;
            var read = Workspace.Load(workspace.Directory(parsed), Environment.GetEnvironmentVariables(), named);
            WorkspaceCheck.Run(read);
            return Task.FromResult(Write(read, output.Writer(parsed)));
        });
        return command;
    }

    private static int Write(Workspace workspace, ResultWriter writer)
    {
        var problems = workspace.Problems.InOrder().ToList();
        if (writer.Format == OutputFormat.Table)
        {
            // Compiler style, one line each: editors and CI turn these lines into marks.
            foreach (var problem in problems)
            {
                Console.Out.WriteLine(Terminal.Clean(problem.ToString()));
            }
        }
        else
        {
            writer.Rows(problems.Select(p => new Row(p.Place.File, p.Place.Line, p.Place.Column, p.SeverityName, p.Code, p.Text)));
        }

        var errors = problems.Count(p => p.Severity == Severity.Error);
        var warnings = problems.Count(p => p.Severity == Severity.Warning);
        var infos = problems.Count - errors - warnings;
        Console.Error.WriteLine($"{Count(workspace.CampaignFiles.Count, "campaign file")}, {Count(errors, "error")}, {Count(warnings, "warning")}{(infos == 0 ? "" : $", {Count(infos, "info")}")}");
        return errors == 0 ? ExitCode.Done : ExitCode.Invalid;
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    private sealed record Row(string File, int Line, int Column, string Severity, string Code, string Text);
}
