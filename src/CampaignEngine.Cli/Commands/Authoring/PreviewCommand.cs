using System.CommandLine;
using System.Text;
using CampaignEngine.Audiences;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Customers;
using CampaignEngine.Rendering;
using CampaignEngine.Rendering.Images;
using CampaignEngine.Rendering.Linting;
using Npgsql;

namespace CampaignEngine.Cli.Commands.Authoring;

internal static class PreviewCommand
{
    public static Command Create()
    {
        var command = new Command("preview", "Show a message as one person would get it. Example: campaign preview spring-tea announce --customer C000042");
        var campaign = new Argument<string>("campaign") { Description = "Name of the campaign." };
        var drop = new Argument<string?>("drop") { Description = "Name of the drop [default: the first].", Arity = ArgumentArity.ZeroOrOne };
        var customer = new Option<string>("--customer") { Description = "Number of the customer (the label field of model.yaml).", HelpName = "NO", Required = true };
        var cell = new Option<string?>("--cell") { Description = "Test cell [default: the first].", HelpName = "CELL" };
        var html = new Option<bool>("--html") { Description = "Write the HTML part instead of the text part." };
        command.Arguments.Add(campaign);
        command.Arguments.Add(drop);
        command.Options.Add(customer);
        command.Options.Add(cell);
        command.Options.Add(html);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var read = Workspace.Load(workspace.Directory(parsed), Environment.GetEnvironmentVariables());
            var definition = Campaign(read, parsed.GetValue(campaign)!);
            var chosenDrop = Drop(definition, parsed.GetValue(drop));
            var chosenCell = Cell(definition, parsed.GetValue(cell));
            var problems = new ProblemList();
            if (!WorkspaceCheck.Messages(definition with { Drops = [chosenDrop] }, read.Directory, read.Model!, read.Settings!, problems).TryGetValue(chosenDrop.Name, out var content))
            {
                throw WorkspaceSession.Invalid(problems);
            }

            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            await using var connection = await session.Database.Source.OpenConnectionAsync(cancellationToken);
            var number = parsed.GetValue(customer)!;
            var key = await KeyAsync(connection, read.Model!, number, cancellationToken)
                ?? throw CommandException.Invalid($"there is no {read.Model!.People.Label.Name} '{Shown.Text(number)}' in {read.Model.People.Name}");
            var message = (await MessagePreview.RenderAsync(connection, content, read.Model!, read.Settings!, session.TimeProvider, [(key, chosenCell)], cancellationToken))[0];
            if (message.Fault is { } fault)
            {
                throw CommandException.Failed($"this person gets no message: {fault}");
            }

            if (message.Html is { } page && Encoding.UTF8.GetByteCount(page) is var bytes and > GmailClipping.Limit)
            {
                Console.Error.WriteLine($"warning CE3520: {GmailClipping.Warning(bytes, "this message's HTML")}");
            }

            output.Writer(parsed).Document(message, _ => Print(message, content, parsed.GetValue(html)));
            return ExitCode.Done;
        });
        return command;
    }

    private static CampaignDefinition Campaign(Workspace read, string name)
    {
        if (read.Settings is null || read.Model is null)
        {
            throw WorkspaceSession.Invalid(read.Problems);
        }

        if (read.Campaigns.FirstOrDefault(c => c.Name == name) is { } found)
        {
            return found;
        }

        if (read.Problems.HasErrors)
        {
            throw WorkspaceSession.Invalid(read.Problems);
        }

        throw CommandException.Invalid($"there is no campaign '{Shown.Text(name)}' in campaigns/{Suggestion.For(name, read.Campaigns.Select(c => c.Name))}");
    }

    private static DropDefinition Drop(CampaignDefinition campaign, string? name) =>
        campaign.Drops.FirstOrDefault(d => name is null || d.Name == name)
        ?? throw CommandException.Invalid($"the campaign {campaign.Name} has no drop '{Shown.Text(name!)}'{Suggestion.For(name!, campaign.Drops.Select(d => d.Name))}");

    private static string? Cell(CampaignDefinition campaign, string? name) => campaign.Cells.Count == 0 && name is null ? null
        : campaign.Cells.FirstOrDefault(c => name is null || c.Name == name)?.Name
        ?? throw CommandException.Invalid($"the campaign {campaign.Name} has no cell '{Shown.Text(name!)}'{Suggestion.For(name!, campaign.Cells.Select(c => c.Name))}");

    private static async Task<string?> KeyAsync(NpgsqlConnection connection, CustomerModel model, string number, CancellationToken cancellationToken)
    {
        var options = new SelectionOptions { Now = DateTimeOffset.UnixEpoch };
        if (new SelectionCompiler(model, model.People, options).Explain([], [], model.People.Label, number) is not { } statement)
        {
            return null;
        }

        await using var command = statement.ToCommand(connection);
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private static void Print(PreviewedMessage message, MailingContent content, bool html)
    {
        if (html)
        {
            var page = message.Html ?? throw CommandException.Invalid("this message has no HTML part");
            Console.Out.WriteLine(MessageImage.Embed(page, content.Images));
            return;
        }

        if (message.Subject is not null)
        {
            Console.Out.WriteLine($"Subject: {message.Subject}");
            Console.Out.WriteLine();
        }

        Console.Out.WriteLine(message.Text);
    }
}
