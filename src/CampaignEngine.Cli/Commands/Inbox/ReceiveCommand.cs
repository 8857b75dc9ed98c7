using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Rehearsing;
using CampaignEngine.Rehearsing.Returns;
using CampaignEngine.Web.Inbox;

namespace CampaignEngine.Cli.Commands.Inbox;

/// <summary>An SMTP server that keeps everything and delivers nothing.</summary>
internal static class ReceiveCommand
{
    private const string UsualPage = "127.0.0.1:8025";

    public static Command Create()
    {
        var command = new Command(
            "inbox",
            "Receive mail like a relay, store it and deliver nothing, until Ctrl-C: a rehearsal without the outside world.\n"
            + "Example: campaign inbox --listen 127.0.0.1:2525");
        var listen = new Option<string>("--listen")
        {
            Description = "Address and port.",
            HelpName = "HOST:PORT",
            DefaultValueFactory = static _ => "127.0.0.1:2525",
        };
        var durable = new Option<bool>("--durable") { Description = "Flush each message to the disk before answering: survives a power cut, not only a kill." };
        var faults = new Option<string>("--faults")
        {
            Description = "Faults of the relay: latency=40ms,451=2%,550@old.example=100%,greylist=10%,throttle@gmail.com=20/s,close-before=1%,close-after=1%,malformed=1%; with --returns also bounce=2%,full=1%,complaint=0.1%.", HelpName = "FAULTS", DefaultValueFactory = static _ => "",
        };
        var returns = new Option<string?>("--returns")
        {
            Description = "Where bounces and complaints go: the engine's own listener (HOST:PORT on this machine, 'bounces: listen' of engine.yaml) or a folder for 'campaign ingest'.", HelpName = "HOST:PORT|DIR",
        };
        var web = new Option<string?>("--web")
        {
            Description = $"Show what arrived in a browser, and as JSON under /api/messages [{UsualPage} unless given].", HelpName = "HOST:PORT", Arity = ArgumentArity.ZeroOrOne,
        };
        var gateway = GatewayOptions.AddTo(command);
        var store = StoreOption.AddTo(command);
        command.Options.Add(listen);
        command.Options.Add(durable);
        command.Options.Add(faults);
        command.Options.Add(returns);
        command.Options.Add(web);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var directory = store.Directory(parsed);
            var scripted = RelayFaults.Read(parsed.GetValue(faults)!, out var fault) ?? throw CommandException.Invalid($"--faults: {fault}");
            var options = new SmtpReceiverOptions { EndPoint = EndPoint("--listen", parsed.GetValue(listen)!), Script = RelayFaults.Script(scripted, TimeProvider.System), HandlerFailed = failure => Console.Error.WriteLine(failure.Message) };
            await using var writer = MessageStoreWriter.Open(directory, parsed.GetValue(durable));
            using var log = SentBackLog.Open(directory, Console.Error.WriteLine);
            await using var back = Returns(parsed.GetValue(returns), scripted, log);
            await using var receiver = Start(options, writer, back);
            await using var receipts = gateway.Receipts(parsed, log);
            await using var sms = gateway.Start(parsed, writer, receipts);
            await using var pages = parsed.GetResult(web) is null ? null : await ShowAsync(EndPoint("--web", parsed.GetValue(web) ?? UsualPage), directory, cancellationToken);
            var also = (sms is null ? "" : $", SMS on http://{sms.EndPoint}") + (pages is null ? "" : $", to be read on {pages.Address}");
            await Console.Error.WriteLineAsync($"receiving on {receiver.EndPoint}{also}, storing in {directory}; Ctrl-C ends");
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Number(writer.Count, "message")} stored{Told("report", back?.Counts)}{Told("receipt", receipts?.Counts)}"));
            return ExitCode.Done;
        });
        return command;
    }

    private static string Told(string what, (long Taken, long Refused)? counts) =>
        counts is var (taken, refused) ? $", {Number(taken, what)} sent back{(refused == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" and {refused:N0} not taken"))}" : "";

    private static string Number(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}{(count == 1 ? "" : "s")}");

    private static async Task<InboxServer> ShowAsync(IPEndPoint listen, string directory, CancellationToken cancellationToken)
    {
        try
        {
            return await InboxServer.StartAsync(listen, directory, cancellationToken);
        }
        catch (IOException fault)
        {
            throw CommandException.Failed($"cannot listen on {listen}: {fault.Message}; give another --web HOST:PORT");
        }
    }

    private static ReturnSender? Returns(string? where, ScriptedFaults faults, SentBackLog log)
    {
        if (!ReturnSender.IsNeeded(faults))
        {
            return where is null ? null : throw CommandException.Invalid("--returns: no fault sends anything back; write --faults bounce=2%,complaint=0.1%");
        }

        if (where is null)
        {
            throw CommandException.Invalid("--faults: say where bounces and complaints go: --returns 127.0.0.1:2424 (bounces: listen of engine.yaml) or --returns DIR");
        }

        if (!IPEndPoint.TryParse(where, out var listener) || listener.Port == 0)
        {
            return ReturnSender.To(Path.GetFullPath(where), faults, log, TimeProvider.System);
        }

        return IPAddress.IsLoopback(listener.Address) ? ReturnSender.To(listener, faults, log, TimeProvider.System)
            : throw CommandException.Invalid($"--returns: {where} is not this machine; bounces and complaints of a rehearsal stay here");
    }

    private static SmtpReceiver Start(SmtpReceiverOptions options, MessageStoreWriter writer, ReturnSender? back)
    {
        try
        {
            return SmtpReceiver.Start(
                options,
                async (message, _) =>
                {
                    var number = await writer.AppendAsync(message);
                    await (back?.AddAsync(message, number) ?? ValueTask.CompletedTask);
                    return SmtpReceiver.Stored;
                },
                TimeProvider.System);
        }
        catch (SocketException fault)
        {
            throw CommandException.Failed($"cannot listen on {options.EndPoint}: {fault.Message}; give another --listen HOST:PORT");
        }
    }

    /// <summary>The address of an option.</summary>
    internal static IPEndPoint EndPoint(string option, string text)
    {
        var at = text.LastIndexOf(':');
        var host = at < 0 ? "" : text[..at].Trim('[', ']');
        if (host == "localhost")
        {
            host = "127.0.0.1";
        }

        return at >= 0 && IPAddress.TryParse(host, out var address)
            && ushort.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                ? new IPEndPoint(address, port)
                : throw CommandException.Invalid($"{option} {text}: write an IP address and a port, such as 127.0.0.1:2525 or [::1]:2525");
    }
}
