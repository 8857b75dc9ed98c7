using System.Text;
using System.Threading.Channels;

namespace CampaignEngine.Channels.Sms.Rehearsing;

/// <summary>Sends receipts back for what the double took, as the gateway that was meant would. Only to this machine: a rehearsal reaches nobody outside.</summary>
public sealed class ReceiptSender : IAsyncDisposable
{
    private const int AtOnce = 4;
    private readonly Channel<ReceivedShortMessage> _waiting = Channel.CreateUnbounded<ReceivedShortMessage>();
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = TimeSpan.FromSeconds(10) };
    private readonly Task _sending;
    private long _sent;
    private long _failed;

    public ReceiptSender() => _sending = Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(SendAsync)));

    /// <summary>Receipts that were taken, and that were not.</summary>
    public (long Taken, long Refused) Counts => (Interlocked.Read(ref _sent), Interlocked.Read(ref _failed));

    public void Add(ReceivedShortMessage message)
    {
        if (message.ReceiptUrl is { } url && Uri.TryCreate(url, UriKind.Absolute, out var address) && address is { IsLoopback: true, Scheme: "http" or "https" })
        {
            _waiting.Writer.TryWrite(message);
        }
    }

    /// <summary>Sends what waits, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _sending;
        _client.Dispose();
    }

    private async Task SendAsync()
    {
        await foreach (var message in _waiting.Reader.ReadAllAsync())
        {
            try
            {
                using var request = RequestOf(message);
                using var response = await _client.SendAsync(request);
                Interlocked.Increment(ref response.IsSuccessStatusCode ? ref _sent : ref _failed);
            }
            catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
            {
                Interlocked.Increment(ref _failed);
            }
        }
    }

    // Numbers that end in 13 have bad luck, so that a rehearsal sees both kinds.
    private static HttpRequestMessage RequestOf(ReceivedShortMessage message)
    {
        var arrived = !message.To.EndsWith("13", StringComparison.Ordinal);
        var url = message.ReceiptUrl!;
        if (url.Contains("%d", StringComparison.Ordinal))
        {
            return new HttpRequestMessage(HttpMethod.Get, url.Replace("%d", arrived ? "1" : "2", StringComparison.Ordinal).Replace("%A", "", StringComparison.Ordinal));
        }

        var status = arrived ? "delivered" : "failed";
        return message.Path.EndsWith("/Messages.json", StringComparison.Ordinal)
            ? new HttpRequestMessage(HttpMethod.Post, url) { Content = new FormUrlEncodedContent([new("MessageSid", message.Id), new("MessageStatus", status)]) }
            : new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent($$"""{"id":"{{message.Id}}","status":"{{status}}"}""", Encoding.UTF8, "application/json") };
    }
}
