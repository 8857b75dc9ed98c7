using System.Globalization;
using CampaignEngine.Authoring;
using CampaignEngine.Cli.Commands.Campaigns;
using CampaignEngine.Cli.Commands.Report;
using CampaignEngine.Cli.Output;
using CampaignEngine.Database;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Planning;
using CampaignEngine.Reporting;
using CampaignEngine.Tracking;
using CampaignEngine.Web;
using CampaignEngine.Web.Endpoints;
using Npgsql;
using Spectre.Console;

namespace CampaignEngine.Cli.Demo;

/// <summary>The demonstration, step by step, each announced in a line.</summary>
internal sealed class DemoStory(string directory, TextWriter output)
{
    private const string Campaign = "spring-tea";
    private const int Customers = 20_000;
    private const int Orders = 60_000;
    private static readonly TimeSpan DaysThatPass = TimeSpan.FromDays(6);
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly string _inbox = Path.Combine(directory, ".campaign", "inbox");

    public async Task TellAsync(CancellationToken cancellationToken)
    {
        long started = _time.GetTimestamp();
        CheckFolder();
        WriteFiles();
        Say(1, $"A workspace in {directory}: YAML campaigns, templates, a model of the customer database, a private PostgreSQL.");
        await using var session = await WorkspaceSession.OpenAsync(directory, cancellationToken);
        if (!session.Database.IsPrivate)
        {
            throw CommandException.Refused("the demonstration empties its database, so it runs on the private one only: unset CAMPAIGN_DATABASE");
        }

        await StartOverAsync(session.Database, cancellationToken);
        await using var fresh = await WorkspaceSession.OpenAsync(directory, cancellationToken);

        var size = await LoadAsync(fresh, cancellationToken);
        Say(2, Text($"A tea shop with {size.Customers:N0} customers in six countries and {size.Orders:N0} orders: with duplicates, opt-outs, broken addresses."));

        var plan = await PlanAsync(fresh, cancellationToken);
        await SendAsync(fresh, plan, cancellationToken);
        await AnswerAsync(fresh, cancellationToken);
        await ReportAsync(fresh, cancellationToken);
        await FollowUpAsync(fresh, cancellationToken);
        SayWhatNext(_time.GetElapsedTime(started));
    }

    // A folder that is somebody's own workspace is not emptied.
    private void CheckFolder()
    {
        string mark = Path.Combine(directory, ".campaign", "demo");
        if (!File.Exists(mark) && File.Exists(Path.Combine(directory, "engine.yaml")))
        {
            throw CommandException.Refused($"'{directory}' is a workspace that the demonstration did not make, and it would empty its database: name another folder, as in 'campaign demo my-demo'");
        }

        Directory.CreateDirectory(Path.Combine(directory, ".campaign"));
        File.WriteAllText(mark, "The demonstration made this workspace and empties its database when it runs again.\n");
    }

    // Those a person has edited stay as they are.
    private void WriteFiles()
    {
        foreach ((string file, string text) in DemoFiles.All())
        {
            string path = Path.Combine(directory, file);
            if (File.Exists(path))
            {
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }

    private async Task StartOverAsync(EngineDatabase database, CancellationToken cancellationToken)
    {
        if (Directory.Exists(_inbox))
        {
            Directory.Delete(_inbox, recursive: true);
        }

        await using var drop = database.Source.CreateCommand("DROP SCHEMA IF EXISTS engine CASCADE; DROP SCHEMA IF EXISTS crm CASCADE");
        drop.CommandTimeout = 120;
        await drop.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<ShopSize> LoadAsync(WorkspaceSession session, CancellationToken cancellationToken)
    {
        var today = new DateTimeOffset(_time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        await using var connection = await session.Database.ConnectAsync(cancellationToken);
        return await ProgressDisplay.RunAsync("fill the shop", _time, async _ => await new ShopLoader(connection).LoadAsync(Customers, Orders, today - DaysThatPass, cancellationToken));
    }

    private async Task<PlanDocument> PlanAsync(WorkspaceSession session, CancellationToken cancellationToken)
    {
        Say(3, $"'campaign plan {Campaign}': who gets it, who does not and why, what it costs, how it looks. Nothing is sent.");
        var plan = await PlanCommand.MakeAsync(session, Campaign, cancellationToken);
        PlanView.Show(Terminal.For(output, Console.IsOutputRedirected), plan);
        return plan;
    }

    private async Task SendAsync(WorkspaceSession session, PlanDocument plan, CancellationToken cancellationToken)
    {
        var run = new CampaignRun(session.Services);
        var launch = await run.LaunchAsync(Campaign, plan.Hash, overBudget: false, cancellationToken);
        if (launch.Ending != LaunchEnding.Launched)
        {
            throw CommandException.Failed(launch.Text);
        }

        Say(4, Text($"'campaign launch {Campaign} --plan {plan.Hash}': exactly that plan is frozen, {launch.Drops.Sum(d => d.People):N0} people, each claimed once."));

        Say(5, "'campaign worker' sends over SMTP into the built-in inbox: no message without a grant on disk first, so a kill -9 cannot send twice.");
        await using var writer = MessageStoreWriter.Open(_inbox, durable: false);
        await using var receiver = SmtpReceiver.Start(new SmtpReceiverOptions(), async (message, _) =>
        {
            await writer.AppendAsync(message);
            return SmtpReceiver.Stored;
        }, _time);
        var toInbox = session.Settings with
        {
            Routes = session.Settings.Routes.ToDictionary(r => r.Key, r => r.Value with { Host = "127.0.0.1", Port = receiver.EndPoint.Port }),
        };
        var services = new CampaignEngineServices(directory, toInbox, session.Model, session.Database, _time);
        var counts = await ProgressDisplay.RunAsync("send", _time, async bar => await new CampaignRun(services).SendDueAsync(
            new Bar(bar, launch.Drops.Sum(d => d.People)), Console.Error.WriteLine, cancellationToken));
        output.WriteLine(Text($"  {counts.Accepted:N0} accepted, {writer.Count:N0} in the inbox, {counts.Rejected:N0} rejected, {counts.InDoubt:N0} in doubt"));
    }

    private async Task AnswerAsync(WorkspaceSession session, CancellationToken cancellationToken)
    {
        await using (var passes = session.Database.Source.CreateCommand(SqlFile.Load<DemoRecipients>("MoveBack")))
        {
            passes.Parameters.AddWithValue("span", DaysThatPass);
            await passes.ExecuteNonQueryAsync(cancellationToken);
        }
        Say(6, Text($"{DaysThatPass.Days} days pass (the demonstration moves its dates back). Recipients open, click, order and unsubscribe; one mail scanner clicks everything."));
        var clock = new DemoClock();
        await using var recorder = session.Services.Recorder(clock, Console.Error.WriteLine);
        var site = new TrackingSite(session.Database.Source, session.Model, session.Services.Tokens, clock, recorder, session.Services.MachineRules, session.Settings);
        await using var server = WebServer.Create(new WebServerOptions { Listen = "http://127.0.0.1:0" }, site);
        await server.StartAsync(cancellationToken);
        using var inbox = MessageStore.Open(_inbox) ?? throw CommandException.Failed($"the inbox {_inbox} is empty");
        var answers = await ProgressDisplay.RunAsync("answer", _time, async bar =>
            await new DemoRecipients(session.Database.Source, inbox, server, clock).AnswerAsync(Campaign, bar, cancellationToken));
        output.WriteLine(Text($"  {answers.Opens:N0} opened, {answers.Clicks:N0} clicked, {answers.Orders:N0} ordered ({answers.ControlOrders:N0} more in the control cell, unasked), {answers.Unsubscribes:N0} unsubscribed; the scanner made {answers.ScannerRequests:N0} requests"));
    }

    private async Task ReportAsync(WorkspaceSession session, CancellationToken cancellationToken)
    {
        Say(7, $"'campaign report {Campaign}': every rate with its 95 % interval; what the scanner did is shown and not counted.");
        var problems = new ProblemList();
        var report = await new CampaignRun(session.Services).ReportAsync(Campaign, _time.GetUtcNow(), problems, cancellationToken)
            ?? throw CommandException.Failed("the campaign has no mailing");
        ReportTables.Write(Terminal.For(output, Console.IsOutputRedirected), report);
    }

    private async Task FollowUpAsync(WorkspaceSession session, CancellationToken cancellationToken)
    {
        Say(8, $"'campaign launch {DemoFiles.FollowUp}' follows by SMS: who clicked, has not ordered since and takes SMS, through the inbox's own gateway.");
        var (plan, counts, arrived) = await new FollowUp(session, _inbox, _time).RunAsync(cancellationToken);
        var segments = plan.Proof?.Segments.Sum(s => s.Segments) ?? 0;
        output.WriteLine(Text($"  {plan.Selected:N0} clicked and have not ordered, {plan.Contact:N0} of them take SMS and are not held out; {segments:N0} segments cost {plan.Cost:N2} {plan.Currency}"));
        var waiting = plan.Contact - counts.Accepted - counts.Rejected - counts.InDoubt;
        output.WriteLine(Text($"  {counts.Accepted:N0} accepted, {arrived:N0} in the inbox, {counts.Rejected:N0} rejected, {counts.InDoubt:N0} in doubt{(waiting > 0 ? $", {waiting} waiting for the hours that the law of their country allows" : "")}; one of them:"));
        output.WriteLine($"  {plan.Samples.FirstOrDefault(s => s.Text is not null)?.Text?.Trim()}");
    }

    private void SayWhatNext(TimeSpan took)
    {
        string folder = Path.GetRelativePath(Environment.CurrentDirectory, directory);
        string workspace = folder.Contains(' ', StringComparison.Ordinal) ? $"--workspace '{folder}'" : $"--workspace {folder}";
        output.WriteLine(Text($"Done in {took.TotalSeconds:0} s. The workspace stays in {folder}. Try next:"));
        foreach ((string command, string what) in new[]
        {
            ($"why C000042 {Campaign}", "why this customer did or did not get it"),
            ("verify", "the sum of the ledger: nobody lost, nobody twice"),
            ("query 'rfm.segment = \"champions\" and country = \"TW\"'", "count and sample any condition"),
            ($"plan {Campaign}", "plan again: nobody is written to twice"),
            ("plan second-cup", "another campaign over the same people"),
            ("inbox list", "the messages that arrived, e-mail and SMS"),
        })
        {
            output.WriteLine($"  {what}:\n    {Launcher()} {command} {workspace}");
        }
    }

    // What the person types from the folder where they stand now; without the launcher beside the program, the installed name.
    private static string Launcher()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string launcher = Path.Combine(folder.FullName, "campaign");
            if (File.Exists(launcher) && File.Exists(Path.Combine(folder.FullName, "CampaignEngine.sln")))
            {
                string relative = Path.GetRelativePath(Environment.CurrentDirectory, launcher);
                string typed = relative.StartsWith("..", StringComparison.Ordinal) ? launcher : "./" + relative;
                return typed.Contains(' ', StringComparison.Ordinal) ? $"'{typed}'" : typed;
            }
        }

        return "campaign";
    }

    private void Say(int step, string text) => output.WriteLine($"\n[{step}/8] {text}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class Bar(IProgress<ProgressStep> bar, long total) : IProgress<DispatchProgress>
    {
        public void Report(DispatchProgress value) =>
            bar.Report(new ProgressStep(value.Counts.Accepted, total, string.Create(CultureInfo.InvariantCulture, $"{value.Rate:N0}/s")));
    }
}
