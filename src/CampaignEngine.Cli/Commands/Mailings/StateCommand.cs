using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Dispatching;
using Npgsql;

namespace CampaignEngine.Cli.Commands.Mailings;

/// <summary>What 'pause', 'resume' and 'cancel' have in common: one campaign or drop, a change of state, the mailings it reached.</summary>
internal static class StateCommand
{
    /// <returns>The changed mailings, and a sentence more for the operator where there is one.</returns>
    public delegate Task<(IReadOnlyList<MailingChange> Changed, string? Note)> Change(NpgsqlDataSource source, string campaign, string? drop, CancellationToken cancellationToken);

    /// <param name="nothing">Said when no mailing was in a state to be changed.</param>
    public static Command Create(string name, string description, string nothing, Change change)
    {
        var command = new Command(name, description);
        var arguments = CampaignArguments.AddTo(command);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (campaign, drop) = (arguments.Campaign(parsed), arguments.Drop(parsed));
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var (changed, note) = await change(session.Database.Source, campaign, drop, cancellationToken);
            if (changed.Count == 0 && note is null)
            {
                await CampaignArguments.RequireAsync(session.Database.Source, campaign, drop, cancellationToken);
                note = nothing;
            }

            if (note is not null)
            {
                await Console.Error.WriteLineAsync(note);
            }

            output.Writer(parsed).Rows(changed);
            return ExitCode.Done;
        });
        return command;
    }
}
