using System.CommandLine;
using System.Text;

namespace CampaignEngine.Cli.OptionGroups;

/// <summary><c>--file PATH</c>: results go to a file, which appears whole or not at all.</summary>
internal sealed class FileOption
{
    private readonly Option<string?> _option = new("--file") { Description = "Write to this file [default: stdout].", HelpName = "PATH" };

    private FileOption()
    {
    }

    public static FileOption AddTo(Command command)
    {
        var group = new FileOption();
        command.Options.Add(group._option);
        return group;
    }

    /// <summary>Hands over where results go, and puts the file in its place when they are complete.</summary>
    public void Write(ParseResult parsed, Action<TextWriter> write)
    {
        if (parsed.GetValue(_option) is not { } path)
        {
            write(Console.Out);
            return;
        }

        Put(path, unfinished =>
        {
            using var file = new StreamWriter(unfinished, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            write(file);
        });
    }

    /// <summary>The same for what is no text.</summary>
    /// <exception cref="CommandException">No file is named.</exception>
    public void Write(ParseResult parsed, byte[] bytes) => Put(
        parsed.GetValue(_option) ?? throw CommandException.Invalid("this is no text for a terminal; name a file with --file"), unfinished => File.WriteAllBytes(unfinished, bytes));

    private static void Put(string path, Action<string> write)
    {
        var unfinished = path + ".unfinished";
        try
        {
            write(unfinished);
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw CommandException.Failed($"the results cannot be written to '{path}': {fault.Message}");
        }

        Console.Error.WriteLine($"written to {path}");
    }
}
