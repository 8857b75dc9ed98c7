using System.Collections.Concurrent;
using System.Net;
using CampaignEngine.Mail.Resolving;

namespace CampaignEngine.Mail.Smtp;

/// <summary>What is known of a domain's policy.</summary>
/// <param name="Policy">Null: there is none.</param>
/// <param name="Fault">Why it could not be read although the domain announces one; null when all went well. A policy beside it is an older one that still holds.</param>
public sealed record MtaStsAnswer(MtaStsPolicy? Policy, string? Fault);

/// <summary>
/// Finds, reads and remembers policies (RFC 8461 3.3): the TXT record <c>_mta-sts.DOMAIN</c> says that there is one and whether it has changed, the file
/// <c>https://mta-sts.DOMAIN/.well-known/mta-sts.txt</c> holds it. Safe for many callers.
/// </summary>
/// <param name="http">Must not follow redirects: RFC 8461 3.3 forbids it. See <see cref="NewClient"/>.</param>
public sealed class MtaStsPolicies(DnsLookup lookup, HttpClient http, TimeProvider time)
{
    /// <summary>RFC 8461 3.3 suggests this size.</summary>
    private const int LargestFile = 64 * 1024;

    /// <summary>How often DNS is asked whether the policy has changed.</summary>
    private static readonly TimeSpan CheckEvery = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    private sealed record Known(string Id, MtaStsPolicy? Policy, DateTimeOffset Until, DateTimeOffset NextCheck);

    /// <summary>A client that does not follow redirects, ends after a minute and takes no large files.</summary>
    public static HttpClient NewClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromMinutes(1),
        MaxResponseContentBufferSize = LargestFile,
    };

    public async Task<MtaStsAnswer> FindAsync(string domain, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var known = _known.GetValueOrDefault(domain);
        if (known is not null && now < known.NextCheck)
        {
            return new MtaStsAnswer(known.Policy, null);
        }

        var old = known?.Policy is not null && now < known.Until ? known : null;
        var (id, fault) = await FindIdAsync(domain, cancellationToken);
        if (id is null)
        {
            // Without an answer, or when the record is gone, a remembered policy holds until its time is over (RFC 8461 5.1).
            _known[domain] = old is null ? new Known("", null, now, now + CheckEvery) : old with { NextCheck = now + CheckEvery };
            return new MtaStsAnswer(old?.Policy, fault);
        }

        if (old is not null && old.Id == id)
        {
            _known[domain] = old with { NextCheck = now + CheckEvery };
            return new MtaStsAnswer(old.Policy, null);
        }

        (var policy, fault) = await FetchAsync(domain, cancellationToken);
        if (policy is null)
        {
            return new MtaStsAnswer(old?.Policy, fault);
        }

        _known[domain] = new Known(id, policy, now + policy.MaxAge, now + CheckEvery);
        return new MtaStsAnswer(policy, null);
    }

    private async Task<(string? Id, string? Fault)> FindIdAsync(string domain, CancellationToken cancellationToken)
    {
        var answer = await lookup.FindAsync("_mta-sts." + domain, cancellationToken);
        if (answer.State == DnsState.NoAnswer)
        {
            return (null, $"DNS cannot be asked for _mta-sts.{domain}: {answer.Fault}");
        }

        var records = answer.Records.Where(t => t.StartsWith("v=STSv1;", StringComparison.Ordinal)).ToList();
        var id = records is [var record] ? record.Split(';', StringSplitOptions.TrimEntries).FirstOrDefault(p => p.StartsWith("id=", StringComparison.Ordinal))?[3..] : null;
        return (id, null);
    }

    private async Task<(MtaStsPolicy? Policy, string? Fault)> FetchAsync(string domain, CancellationToken cancellationToken)
    {
        var address = new Uri($"https://mta-sts.{domain}/.well-known/mta-sts.txt");
        try
        {
            using var response = await http.GetAsync(address, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return (null, $"{address} answered {(int)response.StatusCode}");
            }

            if (response.Content.Headers.ContentType?.MediaType != "text/plain")
            {
                return (null, $"{address} is not text/plain");
            }

            var policy = MtaStsPolicy.Read(await response.Content.ReadAsStringAsync(cancellationToken), out var fault);
            return (policy, policy is null ? $"{address} is no policy: {fault}" : null);
        }
        catch (Exception fault) when (fault is HttpRequestException or InvalidOperationException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, $"{address} cannot be read: {fault.Message}");
        }
    }
}
