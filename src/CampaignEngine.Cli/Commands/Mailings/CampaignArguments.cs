using System.CommandLine;
using CampaignEngine.Dispatching;
using Npgsql;

namespace CampaignEngine.Cli.Commands.Mailings;

/// <summary><c>CAMPAIGN [DROP]</c>, for commands about mailings in flight.</summary>
internal sealed class CampaignArguments
{
    private readonly Argument<string> _campaign = new("CAMPAIGN") { Description = "The campaign's name." };
    private readonly Argument<string?> _drop = new("DROP") { Description = "Only this drop.", Arity = ArgumentArity.ZeroOrOne };

    public static CampaignArguments AddTo(Command command)
    {
        var group = new CampaignArguments();
        command.Arguments.Add(group._campaign);
        command.Arguments.Add(group._drop);
        return group;
    }

    public string Campaign(ParseResult parsed) => parsed.GetValue(_campaign)!;

    public string? Drop(ParseResult parsed) => parsed.GetValue(_drop);

    /// <summary>Tells a name that was never launched from one with nothing to change.</summary>
    /// <exception cref="CommandException">There is no such mailing.</exception>
    public static async Task RequireAsync(NpgsqlDataSource source, string campaign, string? drop, CancellationToken cancellationToken)
    {
        if ((await MailingControl.FindAsync(source, campaign, drop, cancellationToken)).Count == 0)
        {
            throw CommandException.Invalid(drop is null
                ? $"campaign '{campaign}' has no mailing yet: it was not launched, or none of its drops has fallen due"
                : $"drop '{drop}' of campaign '{campaign}' has no mailing yet: it was not launched, or has not fallen due");
        }
    }
}
