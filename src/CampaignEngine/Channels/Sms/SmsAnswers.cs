using System.Text;
using CampaignEngine.Channels.Sms.Gateways;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Channels.Sms;

/// <summary>Single SMS outside of any mailing: answers to what people wrote. Each call is one attempt.</summary>
public sealed class SmsAnswers(IReadOnlyDictionary<string, GatewaySettings> gateways, string workspaceDirectory, TimeProvider time)
{
    private readonly Lazy<SmsChannel> _channel = new(() => new SmsChannel(gateways, gateways.Keys.First(), workspaceDirectory, time));

    /// <summary>Tries it.</summary>
    /// <param name="key">Names the answer for a gateway that counts repeats once.</param>
    public async Task<SendVerdict> TrySendAsync(string route, string from, string to, string text, string key, CancellationToken cancellationToken)
    {
        var message = new OutgoingMessage { Route = route, Sender = from, Recipient = to, EnvelopeId = key };
        Encoding.UTF8.GetBytes(text.Trim(), message.Content);
        await using var lane = _channel.Value.CreateLane();
        return await lane.PrepareAsync(message, cancellationToken) ?? await lane.CommitAsync(static () => true, static () => { }, cancellationToken);
    }
}
