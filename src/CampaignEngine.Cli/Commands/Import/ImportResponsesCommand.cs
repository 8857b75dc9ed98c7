using System.CommandLine;

namespace CampaignEngine.Cli.Commands.Import;

/// <summary><c>campaign import-responses FILE --map imports/NAME.yaml</c>.</summary>
internal static class ImportResponsesCommand
{
    public static Command Create() => ImportCommand.Of(
        "import-responses",
        "Bring answers in that come in files: results of a call centre, scanned reply cards, redeemed coupons. Each is tied to the message it answers; a second import of the same file changes nothing.\n\n"
        + "Example: campaign import-responses calls.csv --map imports/call-centre.yaml",
        ImportKind.Responses);
}
