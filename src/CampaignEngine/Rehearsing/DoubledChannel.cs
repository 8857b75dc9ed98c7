using System.Net;
using System.Runtime.CompilerServices;
using CampaignEngine.Channels;
using CampaignEngine.Channels.Email;
using CampaignEngine.Channels.Sms;
using CampaignEngine.Channels.Sms.Rehearsing;
using CampaignEngine.Customers;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Rehearsing;

/// <summary>
/// A channel whose every route leads to a double in this process. The real routes' addresses and passwords are not even read, so no byte can reach
/// them.
/// </summary>
/// <param name="setup">With as many connections as the real routes allow.</param>
/// <param name="taken">Bytes of all messages the double took.</param>
internal sealed class DoubledChannel(ChannelSetup setup, IAsyncDisposable other, StrongBox<long> taken) : IAsyncDisposable
{
    public ChannelSetup Setup => setup;

    public long BytesTaken => Interlocked.Read(ref taken.Value);

    /// <summary>Null for a channel without a double.</summary>
    public static DoubledChannel? Open(string channel, CampaignEngineServices engine, ScriptedFaults faults) => channel switch
    {
        "email" => Email(engine, faults),
        "sms" => Sms(engine, faults),
        _ => null,
    };

    public ValueTask DisposeAsync() => other.DisposeAsync();

    private static DoubledChannel Email(CampaignEngineServices engine, ScriptedFaults faults)
    {
        var (settings, time, taken) = (engine.Settings, engine.TimeProvider, new StrongBox<long>());
        var first = First(settings.Senders.Select(s => s.Route), settings.Routes.Keys);
        var relay = SmtpReceiver.Start(
            new SmtpReceiverOptions { Script = RelayFaults.Script(faults, time), MostConnections = 1024 },
            (message, _) =>
            {
                Interlocked.Add(ref taken.Value, message.Data.Length);
                return ValueTask.FromResult(SmtpReceiver.Stored);
            },
            time);
        var channel = new EmailChannel(settings.Routes.ToDictionary(r => r.Key, r => Loopback(r.Value, relay.EndPoint), StringComparer.Ordinal), first, time)
        {
            Keys = settings.Senders.Where(s => s.Dkim is not null).ToDictionary(s => s.Name, s => s.Dkim!.Load(engine.WorkspaceDirectory), StringComparer.Ordinal),
        };
        var messages = new EmailMessages(engine.Database.Source, engine.Model, settings, engine.Keys, time);
        return new DoubledChannel(new ChannelSetup(channel, messages, settings.Routes[first].Connections), relay, taken);
    }

    private static DoubledChannel Sms(CampaignEngineServices engine, ScriptedFaults faults)
    {
        var (settings, time, taken) = (engine.Settings, engine.TimeProvider, new StrongBox<long>());
        var first = First(settings.SmsSenders.Select(s => s.Route), settings.Gateways.Keys);
        var gateway = GatewayDouble.Start(
            new IPEndPoint(IPAddress.Loopback, 0),
            GatewayFaults.Script(faults),
            (message, _) =>
            {
                Interlocked.Add(ref taken.Value, message.Text.Length);
                return ValueTask.CompletedTask;
            },
            time);
        var server = new Uri($"http://{gateway.EndPoint}");
        var gateways = settings.Gateways.ToDictionary(
            g => g.Key, g => g.Value with { Server = server, Password = g.Value.Password is null ? null : new() { Literal = "rehearsal" } }, StringComparer.Ordinal);
        var messages = new SmsMessages(engine.Database.Source, engine.Model, settings, engine.Keys, time);
        return new DoubledChannel(new ChannelSetup(new SmsChannel(gateways, first, engine.WorkspaceDirectory, time), messages, settings.Gateways[first].Connections), gateway, taken);
    }

    private static SmtpRoute Loopback(RouteSettings real, IPEndPoint at) => new()
    {
        Host = at.Address.ToString(), Port = at.Port, Tls = SmtpTls.Off, MessagesPerConnection = real.MessagesPerConnection, UseChunking = real.Chunking, NeedsEightBitMime = real.EightBit,
    };

    private static string First(IEnumerable<string> ofSenders, IEnumerable<string> routes) => ofSenders.Concat(routes).FirstOrDefault()
        ?? throw new InvalidDataException("engine.yaml has no route for this channel, so nothing says how many connections to rehearse with; add one under 'routes'");
}
