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

    public bool IsOpen => _connection is { IsUsable: true } connection && !connection.IsSpent;

    public async ValueTask<string?> OpenAsync(CancellationToken cancellationToken)
    {
        if (IsOpen)
        {
            return null;
        }

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
        if (!EmailAddress.TryParse(message.Recipient, out var recipient, out _))
        {
            return new SendVerdict(SendOutcome.Rejected, 0, "the recipient's address is not one");
        }

        if (!EmailAddress.TryParse(message.Sender, out var sender, out _))
        {
            return new SendVerdict(SendOutcome.Skipped, 0, "render_failed: the return path is not an address");
        }

        if (message.Route.Length > 0 && message.Route != _route && await SwitchAsync(message.Route, cancellationToken) is { } fault)
        {
            return new SendVerdict(SendOutcome.NotAttempted, 0, fault);
        }

        var (content, unsigned) = await signing.SignAsync(message);
        if (unsigned is not null)
        {
            return new SendVerdict(SendOutcome.NotAttempted, 0, unsigned);
        }

        var step = await _connection!.PrepareAsync(new SmtpEnvelope(sender, recipient) { Id = message.EnvelopeId }, content, cancellationToken);
        return step.IsHeld ? null : VerdictOf(step.Refusal);
    }

    public async ValueTask<SendVerdict> CommitAsync(Action terminatorWritten, CancellationToken cancellationToken) =>
        VerdictOf(await _connection!.CommitAsync(terminatorWritten, cancellationToken));

    public async ValueTask AbandonAsync() => await (_connection?.AbandonAsync() ?? Task.CompletedTask);

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
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
}
