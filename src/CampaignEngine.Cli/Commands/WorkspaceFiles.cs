using CampaignEngine.Authoring;
using CampaignEngine.Customers;

namespace CampaignEngine.Cli.Commands;

/// <summary>engine.yaml and model.yaml of a workspace, both without errors, for commands that cannot work without them.</summary>
internal sealed record WorkspaceFiles(EngineSettings Settings, CustomerModel Model)
{
    /// <exception cref="CommandException">A file has errors; each has been written to stderr.</exception>
    public static WorkspaceFiles Load(string directory)
    {
        var workspace = Workspace.Load(directory, Environment.GetEnvironmentVariables(), campaignFiles: []);
        return workspace is { Settings: { } settings, Model: { } model } ? new(settings, model) : throw Rejected(workspace.Problems);
    }

    /// <summary>Writes all problems to stderr; the exception ends the command as invalid input.</summary>
    public static CommandException Rejected(ProblemList problems)
    {
        foreach (var problem in problems.Items)
        {
            Console.Error.WriteLine(problem);
        }

        var errors = problems.Items.Count(p => p.Severity == Severity.Error);
        return CommandException.Invalid(errors == 1 ? "1 error" : $"{errors} errors");
    }
}
