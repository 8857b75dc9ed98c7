using CampaignEngine.Database;
using CampaignEngine.Database.Migrations;
using CampaignEngine.Database.Private;
using Npgsql;

namespace CampaignEngine.Cli;

/// <summary>The one place where exceptions become text for a person.</summary>
internal static class Faults
{
    /// <summary>Writes one clear line (with <c>--verbose</c> the stack below it) and returns the exit code.</summary>
    /// <param name="workspace">Its private server's log may know why a connection was lost; null: there is no workspace.</param>
    /// <param name="started">When the command began.</param>
    public static int Report(Exception fault, TextWriter errors, bool withStack, string? workspace, DateTimeOffset started)
    {
        var (exitCode, message) = Describe(fault);
        errors.WriteLine(workspace is not null && MeansLostServer(fault) && PrivatePostgres.FullDiskSince(workspace, started) is { } full
            ? $"{message}. The server's log says why: {full}"
            : message);
        if (withStack)
        {
            errors.WriteLine(fault);
        }

        return exitCode;
    }

    private static bool MeansLostServer(Exception fault) =>
        fault is NpgsqlException or DatabaseUnavailableException { InnerException: not null } || (fault.InnerException is { } inner && MeansLostServer(inner));

    internal static (int ExitCode, string Message) Describe(Exception fault) => fault switch
    {
        AggregateException { InnerExceptions.Count: 1 } only => Describe(only.InnerExceptions[0]),
        CommandException known => (known.ExitCode, known.Message),
        OperationCanceledException => (ExitCode.Stopped, "stopped"),
        DatabaseUnavailableException gone => (ExitCode.Failed, gone.Message),
        MigrationException drift => (ExitCode.Failed, drift.Message),
        InvalidDataException data => (ExitCode.Invalid, data.Message),
        FormatException format => (ExitCode.Invalid, format.Message),
        NpgsqlException driver when DatabaseUnavailableException.From(driver, "of this workspace") is { } gone => (ExitCode.Failed, gone.Message),
        PostgresException refusal => (ExitCode.Failed, $"the database refused a statement: {refusal.MessageText} ({refusal.SqlState}); --verbose shows where"),
        FileNotFoundException or DirectoryNotFoundException => (ExitCode.Invalid, fault.Message),
        UnauthorizedAccessException => (ExitCode.Failed, $"{fault.Message} Check the permissions of that file or folder."),
        IOException when fault.Message.StartsWith("No space left on device", StringComparison.Ordinal) =>
            (ExitCode.Failed, $"the disk is full{fault.Message["No space left on device".Length..]}; make room there, then run the command again"),
        IOException => (ExitCode.Failed, fault.Message),
        _ => (ExitCode.Failed, $"internal error: {fault.Message} ({fault.GetType().Name}); --verbose shows where"),
    };
}
