using System.Collections.Concurrent;
using CampaignEngine.Database;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Resolving;
using Dapper;

namespace CampaignEngine.Deduplication;

/// <summary>
/// Looks up by MX records which mailbox providers host the domains of a list, before the list is frozen, and keeps the answers for a week. Never fails and never
/// takes long: what is not known counts by the list of domains.
/// </summary>
/// <param name="known">Domains whose provider needs no look.</param>
/// <param name="lookup">Null: nothing is looked up.</param>
public sealed class MailDomains(EngineDatabase database, IReadOnlyDictionary<string, string> known, DnsLookup? lookup, TimeProvider time)
{
    private const int AtOnce = 32;

    // Of 30,000 domains at 32 at once and 50 ms each the look takes 47 s.
    private const int MostDomains = 30_000;

    // So many without an answer, before anybody had one: DNS is away, and waiting for the rest is of no use.
    private const int GiveUpAfter = AtOnce;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FreshFor = TimeSpan.FromDays(7);

    /// <summary>Before the campaign's newest plan is launched.</summary>
    /// <returns>What an operator should know; null: nothing.</returns>
    public Task<string?> LookUpForLaunchAsync(string campaign, CancellationToken cancellationToken) => LookUpAsync("ListDomainsOfCampaign", new { campaign }, cancellationToken);

    /// <summary>Before a due time is frozen.</summary>
    /// <returns>What an operator should know; null: nothing.</returns>
    public Task<string?> LookUpForFreezeAsync(long occurrence, CancellationToken cancellationToken) => LookUpAsync("ListDomainsOfOccurrence", new { occurrence }, cancellationToken);

    private async Task<string?> LookUpAsync(string list, object of, CancellationToken cancellationToken)
    {
        if (lookup is null)
        {
            return null;
        }

        var parameters = new DynamicParameters(of);
        parameters.Add("known", known.Keys.ToArray());
        parameters.Add("since", time.GetUtcNow().UtcDateTime - FreshFor);
        parameters.Add("most", MostDomains);
        await using var connection = await database.ConnectAsync(cancellationToken);
        var domains = (await connection.QueryAsync<string>(Command(list, parameters, cancellationToken))).ToList();
        if (domains.Count == 0)
        {
            return null;
        }

        var found = new ConcurrentDictionary<string, string?>();
        var fault = await AskAsync(domains, found, cancellationToken);
        await connection.ExecuteAsync(Command("StoreDomains", new { domains = found.Keys.ToArray(), providers = found.Values.ToArray(), now = time.GetUtcNow().UtcDateTime }, cancellationToken));
        return found.Count == domains.Count ? null
            : FormattableString.Invariant($"of {domains.Count - found.Count} of {domains.Count} domains it is not known who takes their mail{(fault is null ? "" : $" ({fault})")}; they count by the list of domains, and are asked for again next time");
    }

    private async Task<string?> AskAsync(List<string> domains, ConcurrentDictionary<string, string?> found, CancellationToken cancellationToken)
    {
        string? fault = null;
        var silent = 0;
        using var over = new CancellationTokenSource(Longest, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            await Parallel.ForEachAsync(domains, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = both.Token }, async (domain, token) =>
            {
                var answer = await FindAsync(domain, token);
                if (answer.State != DnsState.NoAnswer)
                {
                    found[domain] = answer.Records.Select(MailboxProviders.OfMailHost).FirstOrDefault(p => p is not null);
                    return;
                }

                fault = answer.Fault;
                if (Interlocked.Increment(ref silent) >= GiveUpAfter && found.IsEmpty)
                {
                    await over.CancelAsync();
                }
            });
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            fault ??= FormattableString.Invariant($"no time left after {Longest.TotalSeconds:0} s");
        }

        return fault;
    }

    // An address may have been imported with a domain that cannot stand in DNS: nobody takes its mail.
    private async Task<DnsAnswer> FindAsync(string domain, CancellationToken cancellationToken)
    {
        try
        {
            return await lookup!.FindMailHostsAsync(domain, cancellationToken);
        }
        catch (ArgumentException)
        {
            return new DnsAnswer(DnsState.None, []);
        }
    }

    private static CommandDefinition Command(string name, object parameters, CancellationToken cancellationToken) =>
        new(SqlFile.Load<MailDomains>(name), parameters, commandTimeout: 0, cancellationToken: cancellationToken);
}
