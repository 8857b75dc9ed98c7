using System.CommandLine;
using System.Globalization;
using CampaignEngine.Authoring;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Cli.Output;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Import;

namespace CampaignEngine.Cli.Commands.Import;

/// <summary><c>campaign import FILE --map imports/NAME.yaml</c>.</summary>
internal static class ImportCommand
{
    public static Command Create() => Of(
        "import",
        "Bring a CSV file (also gzip) into the customer database; a second import of the same file changes nothing.\n\n"
        + "Example: campaign import customers.csv --map imports/customers.yaml",
        ImportKind.Customers);

    /// <summary>A command that imports a file.</summary>
    /// <param name="kind">What its maps feed beside the customer database.</param>
    public static Command Of(string name, string description, ImportKind kind)
    {
        var command = new Command(name, description);
        Argument<FileInfo> file = new("FILE") { Description = "CSV file, plain or gzip." };
        Option<FileInfo> map = new("--map") { Description = "Map from columns to fields, imports/NAME.yaml.", HelpName = "FILE", Required = true };
        Option<bool> strict = new("--strict") { Description = "Stop at the first reject and keep nothing." };
        Option<bool> dryRun = new("--dry-run") { Description = "Do everything, count, and keep nothing." };
        Option<FileInfo?> rejects = new("--rejects") { Description = "Where rejected records go [default: beside FILE].", HelpName = "FILE" };
        command.Arguments.Add(file);
        command.Options.Add(map);
        command.Options.Add(strict);
        command.Options.Add(dryRun);
        command.Options.Add(rejects);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var directory = workspace.Directory(parsed);
            var loaded = Load(directory, parsed.GetRequiredValue(map).FullName, kind);
            var source = parsed.GetRequiredValue(file).FullName;
            if (!File.Exists(source))
            {
                throw CommandException.Invalid($"{source} does not exist");
            }

            ImportOptions options = new()
            {
                Strict = parsed.GetValue(strict),
                DryRun = parsed.GetValue(dryRun),
                RejectsFile = parsed.GetValue(rejects)?.FullName,
                RejectsFolder = Path.Combine(directory, ".campaign", "rejects"),
            };
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var result = await RunAsync(session, source, loaded, options, kind, cancellationToken);
            Tell(result, options);
            output.Writer(parsed).Document(
                result,
                table: console => new ResultWriter(OutputFormat.Table, Console.Out).Rows(Rows(result)),
                rows: writer => writer.Rows(Rows(result)));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<ImportResult> RunAsync(
        WorkspaceSession session, string source, ImportMap map, ImportOptions options, ImportKind kind, CancellationToken cancellationToken)
    {
        CustomerImport import = kind.Of(session);
        try
        {
            return await ProgressDisplay.RunAsync(Path.GetFileName(source), session.TimeProvider, progress => import.RunAsync(
                source,
                map,
                options,
                at => progress.Report(new ProgressStep(at.Position, at.Length, at.Merging is { } entity
                    ? $"merging {entity}"
                    : string.Create(CultureInfo.InvariantCulture, $"{at.Records:N0} records"))),
                cancellationToken));
        }
        catch (ImportFailedException fault)
        {
            throw new CommandException(fault.InvalidInput ? ExitCode.Invalid : ExitCode.Failed, fault.Message, fault);
        }
    }

    private static ImportMap Load(string directory, string path, ImportKind kind)
    {
        ProblemList problems = new();
        var model = ModelLoader.Load("model.yaml", Bytes(Path.Combine(directory, "model.yaml")), problems);
        var name = Path.GetRelativePath(directory, path).Replace('\\', '/');
        var map = model is null ? null : ImportMapLoader.Load(name.StartsWith("..", StringComparison.Ordinal) ? path : name, Bytes(path), kind.With(model), problems);
        return map is null ? throw CommandException.Invalid(string.Join('\n', problems.Items))
            : kind.Fault(map) is { } fault ? throw CommandException.Invalid(fault)
            : map;
    }

    private static byte[] Bytes(string path)
    {
        if (!File.Exists(path))
        {
            throw CommandException.Invalid($"{path} does not exist");
        }

        using var stream = File.OpenRead(path);
        var bytes = new byte[Math.Min(stream.Length, YamlLimits.Default.Bytes + 1)];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    private static void Tell(ImportResult result, ImportOptions options)
    {
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Read:N0} records read, {result.Rejected:N0} rejected, {result.Seconds:0.0} s"));
        if (result.RejectsFile is { } rejects)
        {
            Console.Error.WriteLine($"rejected records with their reasons: {rejects}");
        }

        if (options.DryRun)
        {
            Console.Error.WriteLine("dry run: nothing was kept");
        }
    }

    private static IEnumerable<Row> Rows(ImportResult result) =>
        result.Entities.Select(e => new Row(e.Key, e.Value.Inserted, e.Value.Updated, e.Value.Unchanged));

    private sealed record Row(string Entity, long Inserted, long Updated, long Unchanged);
}
