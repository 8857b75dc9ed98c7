using System.Text;
using System.Threading.Channels;
using CampaignEngine.Rehearsing.Returns;

namespace CampaignEngine.Channels.Sms.Rehearsing;

/// <summary>Sends receipts back for what the double took, as the gateway that was meant would. Only to this machine: a rehearsal reaches nobody outside.</summary>
public sealed class ReceiptSender : IAsyncDisposable
{
    private const int AtOnce = 4;
    private readonly SentBackLog _log;
    private readonly TimeProvider _time;
    private readonly Channel<(ReceivedShortMessage Message, long Number)> _waiting = Channel.CreateUnbounded<(ReceivedShortMessage, long)>();
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = TimeSpan.FromSeconds(10) };
    private readonly Task _sending;
    private long _taken;
    private long _refused;

    public ReceiptSender(SentBackLog log, TimeProvider time)
    {
        (_log, _time) = (log, time);
        _sending = Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(SendAllAsync)));
    }

    /// <summary>Receipts that were taken, and that were not.</summary>
    public (long Taken, long Refused) Counts => (Interlocked.Read(ref _taken), Interlocked.Read(ref _refused));

    /// <param name="number">Of the message in the store.</param>
    public void Add(ReceivedShortMessage message, long number)
    {
        if (message.ReceiptUrl is not null)
        {
            _waiting.Writer.TryWrite((message, number));
        }
    }

    /// <summary>Sends what waits, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _sending;
        _client.Dispose();
    }

    private async Task SendAllAsync()
    {
        await foreach (var (message, number) in _waiting.Reader.ReadAllAsync())
        {
            // Numbers that end in 13 have bad luck, so that a rehearsal sees both kinds.
            var arrived = !message.To.EndsWith("13", StringComparison.Ordinal);
            var (code, answer) = await SendAsync(message, arrived);
            var taken = code is >= 200 and < 300;
            Interlocked.Increment(ref taken ? ref _taken : ref _refused);
            _log.Add(number, new SentBack { Kind = SentBack.Receipt, Status = StatusOf(arrived), At = _time.GetUtcNow(), Taken = taken, Code = code, Answer = answer });
        }
    }

    private async Task<(int? Code, string Answer)> SendAsync(ReceivedShortMessage message, bool arrived)
    {
        if (!Uri.TryCreate(message.ReceiptUrl, UriKind.Absolute, out var address) || address is not { IsLoopback: true, Scheme: "http" or "https" })
        {
            return (null, $"{address?.Host ?? "its receipt_url"} is not this machine; receipts of a rehearsal stay here");
        }

        try
        {
            using var request = RequestOf(message, arrived);
            using var response = await _client.SendAsync(request);
            return ((int)response.StatusCode, response.ReasonPhrase ?? "");
        }
        catch (HttpRequestException fault)
        {
            return (null, fault.Message);
        }
        catch (TaskCanceledException)
        {
            return (null, $"no answer within {_client.Timeout.TotalSeconds:0} s");
        }
    }

    private static string StatusOf(bool arrived) => arrived ? "delivered" : "failed";

    private static HttpRequestMessage RequestOf(ReceivedShortMessage message, bool arrived)
    {
        var url = message.ReceiptUrl!;
        if (url.Contains("%d", StringComparison.Ordinal))
        {
            return new HttpRequestMessage(HttpMethod.Get, url.Replace("%d", arrived ? "1" : "2", StringComparison.Ordinal).Replace("%A", "", StringComparison.Ordinal));
        }

        var status = StatusOf(arrived);
        return message.Path.EndsWith("/Messages.json", StringComparison.Ordinal)
            ? new HttpRequestMessage(HttpMethod.Post, url) { Content = new FormUrlEncodedContent([new("MessageSid", message.Id), new("MessageStatus", status)]) }
            : new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent($$"""{"id":"{{message.Id}}","status":"{{status}}"}""", Encoding.UTF8, "application/json") };
    }
}
