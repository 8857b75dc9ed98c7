using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Signing;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Channels.Email;

/// <summary>E-mail over SMTP; each lane is one connection, to the route of the message it sends.</summary>
/// <param name="routes">By the names that <see cref="OutgoingMessage.Route"/> uses.</param>
/// <param name="first">The route a lane connects to before it has a message, and of messages that name none.</param>
public sealed class EmailChannel(IReadOnlyDictionary<string, SmtpRoute> routes, string first, TimeProvider time) : IChannel
{
    /// <summary>One relay for everything.</summary>
    public EmailChannel(SmtpRoute route, TimeProvider time)
        : this(new Dictionary<string, SmtpRoute> { [""] = route }, "", time)
    {
    }

    private readonly SigningThreads _signing = new(Environment.ProcessorCount, time);

    public string Name => "email";

    /// <summary>Keys that sign messages, by the names that <see cref="OutgoingMessage.SignedBy"/> uses.</summary>
    public IReadOnlyDictionary<string, DkimKey> Keys { get; init; } = new Dictionary<string, DkimKey>();

    /// <summary>For routes that are under a policy of MTA-STS; without it they are not used.</summary>
    public MtaStsPolicies? Policies { get; init; }

#if WITH_MAILKIT
    public IChannelLane CreateLane() => new MailKitLane(new EmailRoutes(routes, Policies), first, new EmailSigning(Keys, _signing), time);
#else
    public IChannelLane CreateLane() => new EmailLane(new EmailRoutes(routes, Policies), first, new EmailSigning(Keys, _signing), time);
#endif
}
