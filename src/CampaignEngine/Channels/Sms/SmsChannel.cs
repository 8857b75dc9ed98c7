using CampaignEngine.Channels.Sms.Gateways;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Channels.Sms;

/// <summary>SMS over HTTP gateways; each lane is one connection, to the route of the message it sends.</summary>
public sealed class SmsChannel : IChannel
{
    private readonly Dictionary<string, SmsRoute> _routes;
    private readonly string _first;
    private readonly TimeProvider _time;

    /// <param name="gateways">By the names that <see cref="OutgoingMessage.Route"/> uses.</param>
    /// <param name="first">The route a lane connects to before it has a message, and of messages that name none.</param>
    /// <exception cref="InvalidDataException">A password cannot be read.</exception>
    public SmsChannel(IReadOnlyDictionary<string, GatewaySettings> gateways, string first, string workspaceDirectory, TimeProvider time)
    {
        _routes = gateways.ToDictionary(
            g => g.Key,
            g => new SmsRoute(new CompiledGateway(g.Value, g.Value.User, g.Value.Password?.Resolve(workspaceDirectory)), new ReplyRules(g.Value), new RouteHold(time)),
            StringComparer.Ordinal);
        (_first, _time) = (first, time);
    }

    public string Name => "sms";

    public IChannelLane CreateLane() => new SmsLane(_routes, _first, _time);
}

/// <summary>What the lanes of one route share.</summary>
internal sealed record SmsRoute(CompiledGateway Gateway, ReplyRules Rules, RouteHold Hold);
