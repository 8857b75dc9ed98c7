using Spectre.Console;

namespace CampaignEngine.Cli.Output;

/// <summary>Consoles for people, and the cleaning of what is shown there.</summary>
internal static class Terminal
{
    // Redirected output has no width; lines must not break at column 80 then.
    private const int Unbounded = 1000;

    /// <summary>Whether a person watches stderr.</summary>
    public static bool IsWatched => !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    public static IAnsiConsole For(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        if (redirected)
        {
            console.Profile.Width = Unbounded;
        }

        return console;
    }

    /// <summary>Text from data: control characters, which could steer the terminal, become visible marks.</summary>
    public static string Clean(string text) =>
        text.Any(char.IsControl)
            ? string.Concat(text.Select(letter => letter switch
            {
                '\n' or '\r' or '\t' => ' ',
                < ' ' => (char)(0x2400 + letter),
                _ when char.IsControl(letter) => '\uFFFD',
                _ => letter,
            }))
            : text;
}
