using System.CommandLine;

namespace CampaignEngine.Cli.Commands.Db;

/// <summary>The noun <c>db</c>.</summary>
internal static class DbCommands
{
    public static Command Create() => new("db", "The workspace's private PostgreSQL server, or migrations on yours.")
    {
        StartCommand.Create(),
        StopCommand.Create(),
        StatusCommand.Create(),
        MigrateCommand.Create(),
        UrlCommand.Create(),
        AdoptCommand.Create(),
        PsqlCommand.Create(),
    };
}
