using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Channels.Email;

/// <summary>E-mail over SMTP to one relay; each lane is one connection.</summary>
public sealed class EmailChannel(SmtpRoute route, TimeProvider time) : IChannel
{
    public string Name => "email";

    /// <summary>Messages after which a connection is closed and made anew; relays tend to set such a limit. Default 5,000.</summary>
    public int MessagesPerConnection { get; init; } = 5000;

    public IChannelLane CreateLane() => new EmailLane(route, MessagesPerConnection, time);
}
