using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using CampaignEngine.Channels.Sms.Rehearsing;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Rehearsing.Returns;

namespace CampaignEngine.Cli.Commands.Inbox;

/// <summary><c>--sms</c> and what belongs to it: the inbox takes SMS too, as a gateway would.</summary>
internal sealed class GatewayOptions
{
    private const string UsualPlace = "127.0.0.1:2580";

    private readonly Option<string?> _listen = new("--sms")
    {
        Description = $"Take SMS over HTTP too, like a gateway [{UsualPlace} unless given].",
        HelpName = "HOST:PORT",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _faults = new("--sms-faults")
    {
        Description = "Faults of the SMS gateway: latency=50ms,429=5%,503=1%,500=1%,close-before=1%,close-after=1%,malformed=1%.",
        HelpName = "FAULTS",
    };

    private readonly Option<bool> _receipts = new("--sms-receipts") { Description = "Send a receipt back for each SMS, to this machine only." };

    public static GatewayOptions AddTo(Command command)
    {
        var group = new GatewayOptions();
        command.Options.Add(group._listen);
        command.Options.Add(group._faults);
        command.Options.Add(group._receipts);
        return group;
    }

    /// <summary>What sends receipts back; null when they are not asked for.</summary>
    public ReceiptSender? Receipts(ParseResult parsed, SentBackLog log) => parsed.GetValue(_receipts) ? new ReceiptSender(log, TimeProvider.System) : null;

    /// <summary>Null when it is not asked for.</summary>
    /// <exception cref="CommandException">The faults are none, or nobody can listen there.</exception>
    public GatewayDouble? Start(ParseResult parsed, MessageStoreWriter store, ReceiptSender? receipts)
    {
        if (parsed.GetResult(_listen) is null)
        {
            return null;
        }

        var script = GatewayFaults.Read(parsed.GetValue(_faults) ?? "", out var fault) ?? throw CommandException.Invalid($"--sms-faults: {fault}");
        var endPoint = ReceiveCommand.EndPoint("--sms", parsed.GetValue(_listen) ?? UsualPlace);
        try
        {
            return GatewayDouble.Start(
                endPoint,
                script,
                async (message, _) =>
                {
                    var number = await store.AppendAsync(message.ToStored());
                    receipts?.Add(message, number);
                },
                TimeProvider.System);
        }
        catch (SocketException refused)
        {
            throw CommandException.Failed($"cannot listen on {endPoint}: {refused.Message}; give another --sms HOST:PORT");
        }
    }
}
