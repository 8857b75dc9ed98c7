namespace CampaignEngine.Cli;

/// <summary>Ends a command with one clear line on stderr and this exit code.</summary>
internal sealed class CommandException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;

    public static CommandException Failed(string message) => new(Cli.ExitCode.Failed, message);

    public static CommandException Invalid(string message) => new(Cli.ExitCode.Invalid, message);

    public static CommandException Refused(string message) => new(Cli.ExitCode.Refused, message);
}
