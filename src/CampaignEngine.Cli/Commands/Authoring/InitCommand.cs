using System.CommandLine;
using System.Reflection;

namespace CampaignEngine.Cli.Commands.Authoring;

internal static class InitCommand
{
    private const string Starter = "Starter/";

    public static Command Create()
    {
        var command = new Command("init", "Make a new workspace with commented examples. Example: campaign init my-shop");
        var directory = new Argument<string>("directory") { Description = "Folder; it is made where it does not exist. Files that are there stay as they are." };
        command.Arguments.Add(directory);
        command.SetAction((parsed, _) =>
        {
            var root = Path.GetFullPath(parsed.GetValue(directory)!);
            if (File.Exists(Path.Combine(root, "engine.yaml")))
            {
                throw CommandException.Invalid($"'{root}' is a workspace already: it holds engine.yaml");
            }

            foreach (var (file, text) in Files())
            {
                Write(Path.Combine(root, file), text);
            }

            Console.Error.WriteLine($"'{root}' is a workspace now. Next: campaign validate --workspace {parsed.GetValue(directory)}");
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    /// <summary>Every file of a new workspace by its path. The examples are the ones of this repository.</summary>
    public static IEnumerable<(string File, string Text)> Files()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Starter, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (name[Starter.Length..].Replace('\\', '/'), reader.ReadToEnd());
        }

        foreach (var (file, text) in SchemaFiles.All)
        {
            yield return ($"schemas/{file}", text);
        }

        yield return (".gitignore", ".campaign/\n*.rejects.csv\n");
    }

    private static void Write(string path, string text)
    {
        if (File.Exists(path))
        {
            Console.Error.WriteLine($"kept  {path}");
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        Console.Error.WriteLine($"wrote {path}");
    }
}
