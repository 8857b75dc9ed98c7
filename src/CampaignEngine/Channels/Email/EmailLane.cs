using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Smtp;
using Polly;
using Polly.Retry;

namespace CampaignEngine.Channels.Email;

/// <summary>One SMTP connection, made when needed. Only connecting is ever repeated.</summary>
internal sealed class EmailLane(EmailRoutes routes, string first, EmailSigning signing, TimeProvider time) : IChannelLane
{
    private readonly ResiliencePipeline _connecting = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = 2,
            Delay = TimeSpan.FromMilliseconds(200),
            BackoffType = DelayBackoffType.Exponential,
            ShouldHandle = new PredicateBuilder().Handle<SmtpConnectException>(fault => fault.Fault.IsTemporary),
        })
        .Build();

    private SmtpConnection? _connection;
    private string _route = first;
    private ReadyMessage _announced;

    public bool IsOpen => _connection is { IsUsable: true } connection && !connection.IsSpent;

    public async ValueTask<string?> OpenAsync(CancellationToken cancellationToken)
    {
        if (IsOpen)
        {
            return null;
        }

        // Prepared anew over the new connection.
        _announced = default;
        await CloseAsync(cancellationToken);
        try
        {
            var (route, refusal) = await routes.FindAsync(_route, cancellationToken);
            if (refusal is not null)
            {
                return refusal;
            }

            _connection = await _connecting.ExecuteAsync(async token => await SmtpConnection.ConnectAsync(route!, time, token), cancellationToken);
            return null;
        }
        catch (SmtpConnectException fault)
        {
            return fault.Fault.Text;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return "the worker stopped while connecting";
        }
    }

    public async ValueTask<SendVerdict?> PrepareAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var ready = _announced;
        _announced = default;
        if (ready.Message != message)
        {
            if (message.Route.Length > 0 && message.Route != _route && await SwitchAsync(message.Route, cancellationToken) is { } closed)
            {
                return new SendVerdict(SendOutcome.NotAttempted, 0, closed);
            }

            (ready, var fault) = await ReadyAsync(message);
            if (fault is not null)
            {
                return fault;
            }
        }

        var step = await _connection!.PrepareAsync(ready.Envelope, ready.Content, cancellationToken);
        return step.IsHeld ? null : VerdictOf(step.Refusal);
    }

    public async ValueTask AnnounceAsync(OutgoingMessage next, CancellationToken cancellationToken)
    {
        // What cannot leave over this connection says so when its turn comes.
        if ((next.Route.Length == 0 || next.Route == _route) && await ReadyAsync(next) is { Fault: null } ready)
        {
            _announced = ready.Ready;
            _connection!.Announce(_announced.Envelope, _announced.Content);
        }
    }

    public async ValueTask<SendVerdict> CommitAsync(Func<bool> mayStillEnd, Action terminatorWritten, CancellationToken cancellationToken) =>
        VerdictOf(await _connection!.CommitAsync(mayStillEnd, terminatorWritten, cancellationToken));

    public async ValueTask AbandonAsync()
    {
        _announced = default;
        await (_connection?.AbandonAsync() ?? Task.CompletedTask);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    private async ValueTask<(ReadyMessage Ready, SendVerdict? Fault)> ReadyAsync(OutgoingMessage message)
    {
        if (!EmailAddress.TryParse(message.Recipient, out var recipient, out _))
        {
            return (default, new SendVerdict(SendOutcome.Rejected, 0, "the recipient's address is not one"));
        }

        if (!EmailAddress.TryParse(message.Sender, out var sender, out _))
        {
            return (default, new SendVerdict(SendOutcome.Skipped, 0, "render_failed: the return path is not an address"));
        }

        var (content, unsigned) = await signing.SignAsync(message);
        return unsigned is null
            ? (new ReadyMessage(message, new SmtpEnvelope(sender, recipient) { Id = message.EnvelopeId }, content), null)
            : (default, new SendVerdict(SendOutcome.NotAttempted, 0, unsigned));
    }

    // A relay that is not told goodbye counts the connection as lost, and some hold that against the sender.
    private async ValueTask CloseAsync(CancellationToken cancellationToken)
    {
        if (_connection is { IsUsable: true } connection)
        {
            _connection = null;
            await connection.QuitAsync(cancellationToken);
        }

        await DisposeAsync();
    }

    private async ValueTask<string?> SwitchAsync(string route, CancellationToken cancellationToken)
    {
        if (!routes.Has(route))
        {
            return $"there is no route '{route}'";
        }

        await CloseAsync(cancellationToken);
        _route = route;
        return await OpenAsync(cancellationToken);
    }

    /// <summary>The relay's verdict in the ledger's words.</summary>
    internal static SendVerdict VerdictOf(SmtpVerdict verdict) => new(
        verdict.Kind switch
        {
            SmtpVerdictKind.Accepted => SendOutcome.Accepted,
            SmtpVerdictKind.Deferred => SendOutcome.Deferred,
            SmtpVerdictKind.Rejected => SendOutcome.Rejected,
            SmtpVerdictKind.NotAttempted => SendOutcome.NotAttempted,
            _ => SendOutcome.InDoubt,
        },
        verdict.Code,
        verdict.EnhancedCode is null ? verdict.Text : $"{verdict.EnhancedCode} {verdict.Text}");

    /// <summary>A message as it goes on the wire, signed where its sender signs.</summary>
    private readonly record struct ReadyMessage(OutgoingMessage? Message, SmtpEnvelope Envelope, ReadOnlyMemory<byte> Content);
}
