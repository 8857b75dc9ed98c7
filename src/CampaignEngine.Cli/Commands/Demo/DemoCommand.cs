using System.CommandLine;
using CampaignEngine.Cli.Demo;

namespace CampaignEngine.Cli.Commands.Demo;

/// <summary><c>campaign demo [DIR]</c>.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var directory = new Argument<string>("directory")
        {
            Description = "Folder of the demonstration's workspace; made when missing.",
            DefaultValueFactory = static _ => "campaign-demo",
        };
        var command = new Command("demo", """
            Show the whole path on a generated tea shop: a campaign planned, sent to the built-in inbox, answered by
            simulated recipients, reported; then an SMS to those who clicked and did not order. Leaves a workspace
            to play with; running it again starts over.

            Example: campaign demo
            """) { directory };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await new DemoStory(Path.GetFullPath(parsed.GetValue(directory)!), Console.Out).TellAsync(cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }
}
