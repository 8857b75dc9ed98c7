using System.CommandLine;
using CampaignEngine.Authoring;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Tracking;

namespace CampaignEngine.Cli.Commands.Keycodes;

/// <summary>For the person on the phone: what a code on a letter, coupon or reply card stands for.</summary>
internal static class KeycodeCommand
{
    public static Command Create()
    {
        var command = new Command("keycode", "Show which campaign, drop, cell and person a keycode stands for, as people type it: any case, dashes and spaces anywhere. Example: campaign keycode 3X7K-Q2M9");
        var code = new Argument<string>("CODE") { Description = "The code as it was read out; a mistyped one is refused." };
        command.Arguments.Add(code);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var written = parsed.GetValue(code)!;
            if (!Tracking.Keycodes.TryRead(written, out var mailing, out var ordinal))
            {
                throw CommandException.Invalid($"'{Shown.Text(written)}' is no keycode: its check character does not fit; ask for it once more (there are no 0, O, 1, I and L in it)");
            }

            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var owner = await new KeycodeOwners(session.Database.Source).FindAsync(mailing, ordinal, cancellationToken)
                ?? throw CommandException.Failed($"no message of this installation has the keycode {Tracking.Keycodes.Of(mailing, ordinal)}");
            output.Writer(parsed, session.Services.Zone).Document(owner);
            return ExitCode.Done;
        });
        return command;
    }
}
