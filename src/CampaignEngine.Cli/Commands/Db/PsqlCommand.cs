using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Database;

namespace CampaignEngine.Cli.Commands.Db;

internal static class PsqlCommand
{
    public static Command Create()
    {
        var command = new InteractiveCommand("psql", "Open psql on the database, or run it with arguments: campaign db psql -- -c 'SELECT 1'. The private server stays while it runs.");
        var workspace = WorkspaceOption.AddTo(command);
        var arguments = new Argument<string[]>("ARGUMENTS") { Description = "Passed on to psql; write -- before them.", Arity = ArgumentArity.ZeroOrMore };
        command.Arguments.Add(arguments);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var database = await WorkspaceSession.OpenDatabaseAsync(workspace.Directory(parsed), cancellationToken);

            // Ctrl-C is for psql, which ends a running statement with it; we stay until psql itself ends.
            using var interrupts = PosixSignalRegistration.Create(PosixSignal.SIGINT, static signal => signal.Cancel = true);
            using var psql = Start(database, parsed.GetValue(arguments) ?? []);
            await psql.WaitForExitAsync(CancellationToken.None);
            return psql.ExitCode == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static Process Start(EngineDatabase database, string[] arguments)
    {
        var own = database.Server is { } server ? Path.Combine(server.ProgramDirectory, "psql") : "psql";
        var start = new ProcessStartInfo(File.Exists(own) ? own : "psql", ["-d", database.Address, .. arguments]) { UseShellExecute = false };
        if (database.Password is { } password)
        {
            start.Environment["PGPASSWORD"] = password;
        }

        try
        {
            return Process.Start(start) ?? throw CommandException.Failed("psql did not start");
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            throw CommandException.Failed($"psql cannot be run ({fault.Message}); install PostgreSQL's client programs (Debian, Ubuntu: postgresql-client)");
        }
    }
}
