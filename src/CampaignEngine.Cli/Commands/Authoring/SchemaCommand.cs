using System.CommandLine;

namespace CampaignEngine.Cli.Commands.Authoring;

internal static class SchemaCommand
{
    public static Command Create()
    {
        var command = new Command("schema", "Print or write the JSON Schemas that make editors complete and check YAML. Example: campaign schema --to schemas");
        var name = new Argument<string?>("name") { Description = "campaign, engine, model ... [default: lists the names].", Arity = ArgumentArity.ZeroOrOne };
        var to = new Option<string?>("--to") { Description = "Folder that gets all schemas as files.", HelpName = "DIR" };
        command.Arguments.Add(name);
        command.Options.Add(to);
        command.SetAction((parsed, _) =>
        {
            if (parsed.GetValue(to) is { } folder)
            {
                Directory.CreateDirectory(folder);
                foreach (var (file, text) in SchemaFiles.All)
                {
                    File.WriteAllText(Path.Combine(folder, file), text);
                    Console.Error.WriteLine($"wrote {Path.Combine(folder, file)}");
                }
            }
            else if (parsed.GetValue(name) is { } wanted)
            {
                Console.Out.Write(SchemaFiles.All.TryGetValue($"{wanted}.schema.json", out var text) ? text
                    : throw CommandException.Invalid($"there is no schema '{wanted}'; names are {string.Join(", ", Names())}"));
            }
            else
            {
                foreach (var known in Names())
                {
                    Console.Out.WriteLine(known);
                }
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static IEnumerable<string> Names() => SchemaFiles.All.Keys.Select(k => k[..k.IndexOf('.', StringComparison.Ordinal)]).Order(StringComparer.Ordinal);
}
