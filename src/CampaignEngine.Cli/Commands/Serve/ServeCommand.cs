using System.CommandLine;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Bounces;
using CampaignEngine.Web;
using CampaignEngine.Web.Endpoints;

namespace CampaignEngine.Cli.Commands.Serve;

internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", "Answer the links in messages and run what is due, until stopped. Example: campaign serve --listen http://127.0.0.1:8080");
        var listen = new Option<string?>("--listen") { Description = "Address to listen on [default: web.listen of engine.yaml].", HelpName = "URL" };
        command.Options.Add(listen);
        var admin = AdminOption.AddTo(command, "admin.listen of engine.yaml");
        var log = LogOption.AddTo(command);
        var workspace = WorkspaceOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var entries = log.Begin(parsed);
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            await using var recorder = session.Services.Recorder(session.TimeProvider, Console.Error.WriteLine);
            var site = new TrackingSite(session.Database.Source, session.Model, session.Services.Tokens, session.TimeProvider, recorder, session.Services.MachineRules, session.Settings);
            var options = new WebServerOptions { Listen = parsed.GetValue(listen) ?? session.Settings.Web.Listen };
            var gateways = new ShortMessageSite(
                session.Database.Source, session.Model, session.Settings, session.Services.Contacts, session.Services.ReplyDesk, session.Services.AnswerSweep, session.Services.Tokens, session.WorkspaceDirectory,
                session.TimeProvider);
            var callers = new SignedCallers(session.Settings.Callers, session.WorkspaceDirectory, session.TimeProvider);
            await using var server = WebServer.Create(options, site, services => HostedParts.Add(services, session, site, entries), routes =>
            {
                routes.MapShortMessages(gateways);
                routes.MapCallers(site, callers, session.Services.OrderIntake);
            }, entries);
            await using var operators = await admin.StartAsync(parsed, session, session.Settings.AdminListen, cancellationToken);
            await using var reports = new BounceListener(session.Services, Console.Error.WriteLine).Start();
            await server.StartAsync(cancellationToken);
            if (reports is not null)
            {
                await Console.Error.WriteLineAsync($"taking bounces, complaints and replies at {reports.EndPoint}");
            }

            await Console.Error.WriteLineAsync($"listening on {server.Address}; links in messages begin with {session.Settings.Web.BaseUrl}; stop with Ctrl-C");
            await server.WaitForShutdownAsync(cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }
}
