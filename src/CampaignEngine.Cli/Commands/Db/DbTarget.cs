using CampaignEngine.Database;

namespace CampaignEngine.Cli.Commands.Db;

/// <summary>Which server the <c>db</c> commands speak of.</summary>
internal static class DbTarget
{
    /// <exception cref="CommandException">A server is configured; starting and stopping it is not the engine's business.</exception>
    public static void RequirePrivate(DatabaseOptions options)
    {
        if (options.ConnectionString is not null)
        {
            throw CommandException.Refused(
                $"this workspace uses a configured server ({EngineLoader.DatabaseVariable}); "
                + "only the private one is started and stopped here: unset the setting to use that");
        }
    }
}
