using CampaignEngine.Customers.Hygiene;
using CampaignEngine.Database;
using CampaignEngine.Scheduling;
using Dapper;
using Npgsql;

namespace CampaignEngine.Deduplication;

/// <summary>Says of the people of a mailing being frozen whose law and whose limits their messages are under; each such group gets chunks of its own.</summary>
/// <param name="limitedDomains">Mailbox provider by lower-case domain, of those that have a limit.</param>
/// <param name="zone">Of people without one.</param>
public sealed class FrozenGroups(IReadOnlyDictionary<string, string> limitedDomains, TimeZoneInfo zone)
{
    /// <summary>All domains whose provider is known without MX records; null: MX records do not count.</summary>
    public IReadOnlyCollection<string>? KnownDomains { get; init; }

    public async Task AssignAsync(NpgsqlConnection connection, string channel, SendingHours hours, CancellationToken cancellationToken)
    {
        if (hours.Legal)
        {
            await AssignCountriesAsync(connection, hours, cancellationToken);
        }

        if (channel == "email" && limitedDomains.Count > 0)
        {
            await RunAsync(connection, "GroupByProvider", new { domains = limitedDomains.Keys.ToArray(), providers = limitedDomains.Values.ToArray() }, cancellationToken);
            if (KnownDomains is not null)
            {
                await RunAsync(connection, "GroupByMailDomain", new { providers = limitedDomains.Values.Distinct().ToArray(), known = KnownDomains.ToArray() }, cancellationToken);
            }
        }
    }

    /// <summary>Mailbox provider by lower-case domain, as <see cref="AssignAsync"/> would say of people now: for who wants to know it before a mailing is frozen.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ProvidersAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (limitedDomains.Count == 0 || KnownDomains is null)
        {
            return limitedDomains;
        }

        var found = await connection.QueryAsync<(string Domain, string Provider)>(Command(
            "ReadMailDomains", new { providers = limitedDomains.Values.Distinct().ToArray(), known = KnownDomains.ToArray() }, cancellationToken));
        return limitedDomains.Select(d => (d.Key, d.Value)).Concat(found).ToDictionary(StringComparer.Ordinal);
    }

    // Only countries with hours by law: everybody else stays together.
    private async Task AssignCountriesAsync(NpgsqlConnection connection, SendingHours hours, CancellationToken cancellationToken)
    {
        const int length = PhoneCountry.TellingLength;
        var prefixes = await connection.QueryAsync<string>(Command("ListPrefixes", new { length }, cancellationToken));
        var found = prefixes.Select(p => (Prefix: p, Country: PhoneCountry.Of(p))).Where(p => p.Country is not null && LegalHours.Of(p.Country) is not null).ToList();
        if (found.Count == 0)
        {
            return;
        }

        await RunAsync(connection, "GroupByCountry", new { length, prefixes = found.Select(f => f.Prefix).ToArray(), countries = found.Select(f => f.Country!).ToArray() }, cancellationToken);
        var starts = await connection.QueryAsync<(string? Zone, string Country, DateTimeOffset NotBefore)>(Command("ListLegalStarts", null, cancellationToken));
        foreach (var start in starts)
        {
            var place = start.Zone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(start.Zone, out var known) ? known : zone;
            var opens = hours.In(start.Country).NextOpening(start.NotBefore, place) ?? start.NotBefore;
            if (opens > start.NotBefore)
            {
                await RunAsync(connection, "DelayLegalStart", new { zone = start.Zone, country = start.Country, from = start.NotBefore.UtcDateTime, opens = opens.UtcDateTime }, cancellationToken);
            }
        }
    }

    private static Task RunAsync(NpgsqlConnection connection, string name, object parameters, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(Command(name, parameters, cancellationToken));

    private static CommandDefinition Command(string name, object? parameters, CancellationToken cancellationToken) =>
        new(SqlFile.Load<FrozenGroups>(name), parameters, commandTimeout: 0, cancellationToken: cancellationToken);
}
