using System.CommandLine;
using System.Globalization;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Cli.Output;
using CampaignEngine.Rehearsing;
using CampaignEngine.Rehearsing.Returns;
using Spectre.Console;

namespace CampaignEngine.Cli.Commands.Campaigns;

/// <summary><c>campaign rehearse CAMPAIGN</c>.</summary>
internal static class RehearseCommand
{
    public static Command Create()
    {
        var campaign = new Argument<string>("campaign") { Description = "Name of the campaign, or its file." };
        var faults = new Option<string>("--faults")
        {
            Description = "What the other side does: latency=40ms,451=2%,550=1%,greylist=10%,throttle@gmail.com=20/s,close-before=1%,close-after=1%,malformed=1%.", HelpName = "FAULTS", DefaultValueFactory = static _ => "",
        };
        var command = new Command("rehearse", """
            Send every message of the newest plan to a double on this machine: how long it takes, what it costs, what fails.
            Nothing leaves, nothing is recorded: a launch afterwards is as if there had been no rehearsal.

            Example: campaign rehearse spring-tea --faults latency=40ms,451=2%
            Exit code 1 when a message could not be made or sent.
            """) { campaign, faults };
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var script = RelayFaults.Read(parsed.GetValue(faults)!, out var fault) ?? throw CommandException.Invalid($"--faults: {fault}");
            if (ReturnSender.IsNeeded(script))
            {
                throw CommandException.Invalid("--faults: a rehearsal records nothing, so nothing can come back; bounces and complaints are for 'campaign inbox --returns'");
            }

            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var name = session.Campaign(parsed.GetValue(campaign)!).Name;
            var result = await ProgressDisplay.RunAsync($"rehearse {name}", session.TimeProvider, async progress =>
                await session.Services.Rehearsal.RunAsync(name, script, (note, done) => progress.Report(new ProgressStep(done, null, note)), cancellationToken))
                ?? throw CommandException.Invalid($"there is no plan of '{name}' with a list; make one with 'campaign plan {name}'");
            output.Writer(parsed).Document(result, console => Show(console, result, session.Services.Zone), writer => writer.Rows(result.Drops));
            return result.Drops.Any(d => d.Unrendered + d.Lost > 0) ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static void Show(IAnsiConsole console, RehearsalResult result, TimeZoneInfo zone)
    {
        console.WriteLine($"{result.Campaign}, plan {result.Plan}: rehearsed, nothing left this machine");
        foreach (var drop in result.Drops)
        {
            console.WriteLine(Text($"  {drop.Drop} ({drop.Channel}): {drop.People:N0} people in {drop.Seconds:0.0} s, {drop.Rate:N0} a second, {drop.Bytes / 1048576.0:N1} MB, cost {drop.Cost:N2} {result.Currency}").TrimEnd());
            console.WriteLine($"    {Endings(drop)}");
            if (drop.Because is { } because)
            {
                console.WriteLine(Text($"    for real at least {Duration(drop.AtLeast)} because of {because}"));
            }

            if (drop.From is { } from)
            {
                console.WriteLine($"    from {LocalTime.Text(from, zone)}, done by {LocalTime.Text(from.AddSeconds(drop.AtLeast), zone)} at the earliest");
            }

            if (drop.Example is { } example)
            {
                console.WriteLine($"    the first that was not accepted: {example}");
            }
        }

        if (result.Drops.Count > 1)
        {
            console.WriteLine(Text($"  all rehearsed drops: cost {result.Cost:N2} {result.Currency}"));
        }

        if (result.Uncertain is { } uncertain)
        {
            console.WriteLine($"  {uncertain}");
        }

        foreach (var drop in result.NotRehearsed)
        {
            console.WriteLine($"  {drop}: not rehearsed, its channel has no double");
        }
    }

    // What did not happen is not told: a table of zeros hides the one number that matters.
    private static string Endings(RehearsedDrop drop) => string.Join(", ", ((IEnumerable<(string What, long People)>)
        [
            ("accepted", drop.Accepted), ("deferred, to be tried again", drop.Deferred), ("rejected", drop.Rejected), ("in doubt", drop.InDoubt),
            ("lost after three attempts", drop.Lost), ("without a message, which cannot be made", drop.Unrendered),
        ])
        .Where((ending, place) => place == 0 || ending.People > 0).Select(ending => Text($"{ending.People:N0} {ending.What}")));

    /// <summary>Two units are enough: 2 h 10 min.</summary>
    private static string Duration(double seconds)
    {
        var time = TimeSpan.FromSeconds(Math.Ceiling(seconds));
        return time.Days > 0 ? Text($"{time.Days} d {time.Hours} h") : time.Hours > 0 ? Text($"{time.Hours} h {time.Minutes} min") : time.Minutes > 0 ? Text($"{time.Minutes} min {time.Seconds} s") : Text($"{time.Seconds} s");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
