using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Tracking.Replies;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>
/// Takes the mail of the return-path domain from our own mail server, by LMTP or SMTP, and stores its reports and replies before it says 250. What is not addressed to one of
/// our own return paths or addresses is refused at once, so invented bounces end at the door. The database away: 451, and the mail server comes again.
/// </summary>
public sealed class BounceListener(CampaignEngineServices engine, Action<string> say)
{
    // Operators' decisions are used this soon.
    private static readonly TimeSpan RulesLast = TimeSpan.FromSeconds(10);
    private static readonly SmtpReply Unknown = new(550, "5.1.1", "no such address here");

    private readonly ReturnPaths _paths = new(engine.Tokens, engine.Settings.Bounces.ReturnPathDomain ?? "");
    private readonly ReturnPaths _replyTo = ReturnPaths.ForReplies(engine.Tokens, engine.Settings.Bounces.ReturnPathDomain ?? "");
    private readonly MailReplies _replies = engine.MailReplies;
    private readonly BounceStore _store = engine.BounceStore;
    private readonly BounceReview _review = engine.BounceReview;
    private volatile Loaded? _loaded;

    /// <summary>Null where engine.yaml names no place to listen.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address is taken or not ours.</exception>
    public SmtpReceiver? Start()
    {
        var settings = engine.Settings.Bounces;
        return settings.Listen is not { } listen ? null : SmtpReceiver.Start(
            new SmtpReceiverOptions
            {
                EndPoint = listen,
                HostName = settings.ReturnPathDomain ?? "localhost",
                OffersLmtp = true,
                OffersChunking = false,
                // Reports quote whatever came; the mail server in front has its own idea of lines and sizes.
                LongestLine = 64 * 1024,
                MostConnections = 64,
                RefuseRecipient = address => IsOurs(address) ? null : Unknown,
                HandlerFailed = fault => say($"a report was not stored, and the mail server was told to come again: {fault.Message}"),
            },
            TakeAsync,
            engine.TimeProvider);
    }

    private async ValueTask<SmtpReply> TakeAsync(ReceivedMessage message, CancellationToken cancellationToken)
    {
        var intake = await IntakeAsync(cancellationToken);
        await _store.StoreAsync(intake.Read(message.Data, message.Recipients, "", 0, message.Sender), cancellationToken);
        return SmtpReceiver.Stored;
    }

    private bool IsOurs(string address) => _paths.TryRead(address, out _) || _replyTo.TryRead(address, out _) || _replies.Takes(address) || engine.Settings.Bounces.Also.Contains(address, StringComparer.OrdinalIgnoreCase);

    private async ValueTask<BounceIntake> IntakeAsync(CancellationToken cancellationToken)
    {
        var now = engine.TimeProvider.GetUtcNow();
        if (_loaded is not { } loaded || now - loaded.At > RulesLast || now < loaded.At)
        {
            _loaded = loaded = new Loaded(engine.BounceIntake(await _review.RulesAsync(cancellationToken)), now);
        }

        return loaded.Intake;
    }

    private sealed record Loaded(BounceIntake Intake, DateTimeOffset At);
}
