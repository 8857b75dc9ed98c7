using System.CommandLine;
using CampaignEngine.Authoring;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Cli.Output;
using CampaignEngine.Rendering.TemplateTests;

namespace CampaignEngine.Cli.Commands.Authoring;

internal static class TestTemplatesCommand
{
    public static Command Create()
    {
        var command = new Command("test-templates", "Render templates for made-up people and hold them to templates/tests/*.yaml. Example: campaign test-templates spring-tea");
        var names = new Argument<string[]>("names") { Description = "Names of test files without extension [default: all].", Arity = ArgumentArity.ZeroOrMore };
        var junit = new Option<string?>("--junit") { Description = "Also write the results as JUnit XML.", HelpName = "FILE" };
        var to = new Option<string?>("--to") { Description = "Also write each message as .html and .txt into this folder, to look at.", HelpName = "DIR" };
        command.Arguments.Add(names);
        command.Options.Add(junit);
        command.Options.Add(to);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var read = Workspace.Load(workspace.Directory(parsed), Environment.GetEnvironmentVariables());
            if (read.Settings is null || read.Model is null)
            {
                throw WorkspaceSession.Invalid(read.Problems);
            }

            var problems = new ProblemList();
            var files = Load(read.Directory, parsed.GetValue(names) ?? [], problems);
            var results = TemplateTestRun.Run(read, files, problems, cancellationToken);
            Write(results, output.Writer(parsed));
            if (parsed.GetValue(junit) is { } path)
            {
                JUnitFile.Write(path, results, problems);
            }

            if (parsed.GetValue(to) is { } folder)
            {
                WriteMessages(folder, results);
            }

            foreach (var problem in problems.InOrder())
            {
                Console.Error.WriteLine(Terminal.Clean(problem.ToString()));
            }

            var failed = results.Count(r => !r.Passed);
            Console.Error.WriteLine(results.Count == 0 && !problems.HasErrors ? "there are no tests in templates/tests"
                : $"{results.Count - failed} passed, {failed} failed{(problems.HasErrors ? ", and some files could not be run" : "")}");
            return Task.FromResult(problems.HasErrors ? ExitCode.Invalid : failed > 0 ? ExitCode.Failed : ExitCode.Done);
        });
        return command;
    }

    private static List<TemplateTestFile> Load(string directory, IReadOnlyList<string> names, ProblemList problems)
    {
        var files = TemplateTestLoader.Files(directory);
        var known = files.ToDictionary(f => f, f => Path.ChangeExtension(f["templates/tests/".Length..], null), StringComparer.Ordinal);
        foreach (var name in names.Where(n => !known.ContainsValue(n)))
        {
            throw CommandException.Invalid($"there is no templates/tests/{Shown.Text(name)}.yaml{Suggestion.For(name, known.Values)}");
        }

        var read = new List<TemplateTestFile>();
        foreach (var file in files.Where(f => names.Count == 0 || names.Contains(known[f], StringComparer.Ordinal)))
        {
            var path = Path.Combine(directory, file);
            if (new FileInfo(path).Length > YamlLimits.Default.Bytes)
            {
                problems.Error(new Place(file, 1, 1), "CE3608", $"the file has more than {YamlLimits.Default.Bytes / 1024:N0} KiB; split it");
            }
            else if (TemplateTestLoader.Load(file, File.ReadAllBytes(path), problems) is { } tests)
            {
                read.Add(tests);
            }
        }

        return read;
    }

    private static void WriteMessages(string folder, IReadOnlyList<TemplateTestResult> results)
    {
        Directory.CreateDirectory(folder);
        foreach (var result in results.Where(r => r.Text is not null))
        {
            var file = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(result.File)}-{result.Place.Line}");
            File.WriteAllText(file + ".txt", result.Text);
            if (result.Html is { } html)
            {
                File.WriteAllText(file + ".html", html);
            }
        }
    }

    private static void Write(IReadOnlyList<TemplateTestResult> results, ResultWriter writer)
    {
        if (writer.Format != OutputFormat.Table)
        {
            writer.Rows(results.Select(r => new Row(r.File, r.Place.Line, r.Test, r.Passed ? "passed" : "failed", [.. r.Failures.Select(f => $"{f.Place}: {f.Text}")])));
            return;
        }

        if (results.Count > 0)
        {
            writer.Rows(results.Select(r => new ShortRow(r.File, r.Place.Line, r.Test, r.Passed ? "passed" : "FAILED")));
        }

        foreach (var failure in results.SelectMany(r => r.Failures.Select(f => $"{f.Place}: {r.Test}: {f.Text}")))
        {
            foreach (var line in failure.Split('\n'))
            {
                Console.Out.WriteLine(Terminal.Clean(line));
            }
        }
    }

    private sealed record Row(string File, int Line, string Test, string Result, string[] Failures);

    private sealed record ShortRow(string File, int Line, string Test, string Result);
}
