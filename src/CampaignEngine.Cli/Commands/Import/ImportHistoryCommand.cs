using System.CommandLine;

namespace CampaignEngine.Cli.Commands.Import;

/// <summary><c>campaign import-history FILE --map imports/NAME.yaml</c>.</summary>
internal static class ImportHistoryCommand
{
    public static Command Create() => ImportCommand.Of(
        "import-history",
        "Bring contacts and responses of another system's campaigns in: they report like our own, and later campaigns respect their contacts. A second import of the same file changes nothing.\n\n"
        + "Example: campaign import-history hillstrom.csv.gz --map imports/hillstrom.yaml",
        ImportKind.History);
}
