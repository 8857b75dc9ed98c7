using System.Buffers;
using System.Text;
using CampaignEngine.Channels.Sms.Gateways;
using CampaignEngine.Dispatching;
using CampaignEngine.Rendering.ShortMessages;

namespace CampaignEngine.Channels.Sms;

/// <summary>
/// One connection to a gateway. The point of no return is the request's last byte: up to there the request lies in this lane's memory, so that a message
/// that is stopped at the last question costs nothing, not even the connection.
/// </summary>
internal sealed class SmsLane(IReadOnlyDictionary<string, SmsRoute> routes, string first, TimeProvider time) : IChannelLane
{
    // A request with an idempotency key may be asked again: the gateway counts it once.
    private const int MostSubmits = 3;
    private static readonly TimeSpan PauseBetween = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly ArrayBufferWriter<byte> _request = new(2048);
    private readonly Dictionary<string, GatewayRequest> _writers = new(StringComparer.Ordinal);
    private GatewayConnection? _connection;
    private string _route = first;

    public bool IsOpen => _connection is { IsUsable: true } && routes[_route].Hold.Left == TimeSpan.Zero;

    public async ValueTask<string?> OpenAsync(CancellationToken cancellationToken)
    {
        if (routes[_route].Hold.Left is var held && held > TimeSpan.Zero)
        {
            await Task.Delay(held < LongestWait ? held : LongestWait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (routes[_route].Hold.Left is var left && left > TimeSpan.Zero)
            {
                return $"the route '{_route}' was told to wait, {left.TotalSeconds:0} s more";
            }
        }

        return await ConnectAsync(cancellationToken);
    }

    public async ValueTask<SendVerdict?> PrepareAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        if (message.Route.Length > 0 && message.Route != _route && await SwitchAsync(message.Route, cancellationToken) is { } fault)
        {
            return new SendVerdict(SendOutcome.NotAttempted, 0, fault);
        }

        var text = Encoding.UTF8.GetString(message.Content.WrittenSpan);
        var size = ShortMessage.Measure(text);
        var request = new GatewayMessage(
            message.Recipient, message.Sender, text, message.EnvelopeId, size.Encoding == ShortMessageEncoding.Gsm7 ? "gsm7" : "ucs2", size.Segments, message.ReceiptUrl);
        _request.ResetWrittenCount();
        return Writer(_route).Write(request, _request) is { } unwritable ? new SendVerdict(SendOutcome.Skipped, 0, "render_failed: " + unwritable)
            : await ConnectAsync(cancellationToken) is { } lost ? new SendVerdict(SendOutcome.NotAttempted, 0, lost)
            : null;
    }

    /// <summary>A gateway is asked one thing at a time.</summary>
    public ValueTask AnnounceAsync(OutgoingMessage next, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async ValueTask<SendVerdict> CommitAsync(Func<bool> mayStillEnd, Action terminatorWritten, CancellationToken cancellationToken)
    {
        var verdict = await SubmitAsync(terminatorWritten, cancellationToken);
        for (var submit = 2; submit <= MostSubmits && verdict.Outcome == SendOutcome.InDoubt && routes[_route].Gateway.IdempotencyHeader is not null; submit++)
        {
            await Task.Delay(PauseBetween * (submit - 1), time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (await ConnectAsync(cancellationToken) is not null)
            {
                continue;
            }

            // Only an answer about the message itself settles what the lost one would have said.
            var again = await SubmitAsync(static () => { }, cancellationToken);
            verdict = again.Outcome is SendOutcome.Accepted or SendOutcome.Rejected ? again : verdict;
        }

        return verdict;
    }

    public ValueTask AbandonAsync()
    {
        _request.ResetWrittenCount();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    private async ValueTask<SendVerdict> SubmitAsync(Action written, CancellationToken cancellationToken)
    {
        var (end, reply, fault) = await _connection!.SubmitAsync(_request.WrittenMemory, written, cancellationToken);
        if (end != SubmitEnd.Answered)
        {
            return new SendVerdict(end == SubmitEnd.NotWritten ? SendOutcome.NotAttempted : SendOutcome.InDoubt, 0, fault);
        }

        var (verdict, waits) = routes[_route].Rules.Judge(reply);
        if (waits)
        {
            routes[_route].Hold.For(verdict.RetryAfter ?? (reply.Status == 429 ? RouteHold.Usual : RouteHold.Fault));
        }

        return verdict;
    }

    private async ValueTask<string?> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connection is { IsUsable: true })
        {
            return null;
        }

        await DisposeAsync();
        var settings = routes[_route].Gateway.Settings;
        (_connection, var fault) = await GatewayConnection.ConnectAsync(settings.Server, settings.Timeout, time, cancellationToken);
        return fault;
    }

    private async ValueTask<string?> SwitchAsync(string route, CancellationToken cancellationToken)
    {
        if (!routes.ContainsKey(route))
        {
            return $"there is no route '{route}' with http";
        }

        await DisposeAsync();
        _route = route;
        return await OpenAsync(cancellationToken);
    }

    private GatewayRequest Writer(string route) => _writers.TryGetValue(route, out var known) ? known : _writers[route] = new GatewayRequest(routes[route].Gateway);
}
