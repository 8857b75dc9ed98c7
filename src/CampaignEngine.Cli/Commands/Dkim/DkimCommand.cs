using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Diagnosing;

namespace CampaignEngine.Cli.Commands.Dkim;

internal static class DkimCommand
{
    public static Command Create()
    {
        var command = new Command(
            "dkim",
            "Print the DNS records of the senders' DKIM keys, the active one and the next. With --check also what stands in DNS; exit code 1 when an active key is not there.\n"
            + "Example: campaign dkim --check");
        var check = new Option<bool>("--check") { Description = "Look the records up." };
        command.Options.Add(check);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var directory = workspace.Directory(parsed);
            var records = new DkimRecords(WorkspaceSession.LoadWorkspace(directory).Settings!, directory);
            try
            {
                var rows = await records.ReadAsync(parsed.GetValue(check) ? DnsServers.Lookup() : null, cancellationToken);
                output.Writer(parsed).Rows(rows);
                if (rows.Count == 0)
                {
                    await Console.Error.WriteLineAsync("no sender has a 'dkim' block in engine.yaml: the relays sign");
                }

                return rows.Any(r => r.State == FindingState.Fault) ? ExitCode.Failed : ExitCode.Done;
            }
            catch (InvalidDataException fault)
            {
                throw CommandException.Invalid(fault.Message);
            }
        });
        return command;
    }
}
