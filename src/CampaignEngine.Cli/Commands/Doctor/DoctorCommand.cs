using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Diagnosing;

namespace CampaignEngine.Cli.Commands.Doctor;

internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Look at database, clocks and settings, and say what to fix. Exit code 1 when something must be fixed before sending.");
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenUnmigratedAsync(workspace.Directory(parsed), cancellationToken);
            var findings = new List<Finding>();
            foreach (var look in DoctorChecks.All)
            {
                findings.AddRange(await look(session, cancellationToken));
            }

            output.Writer(parsed).Rows(findings);
            var faults = findings.Count(finding => finding.State == FindingState.Fault);
            if (faults == 0)
            {
                return ExitCode.Done;
            }

            await Console.Error.WriteLineAsync($"{faults} of {findings.Count} checks found something to fix before sending");
            return ExitCode.Failed;
        });
        return command;
    }
}
