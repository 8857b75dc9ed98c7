using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Tracking;

/// <summary>
/// Where a click leads: only to a link that stands in engine.mailing_link for its mailing, and only over http or https. Links never change once a
/// mailing is frozen, so what was read once is kept, and a server knows the links of new mailings before anybody clicks; a link that is not there is looked up again, which only the holder of a signed token can cause.
/// </summary>
public sealed class LinkTargets(NpgsqlDataSource database)
{
    // Far more than mailings with living links; a bound all the same. Past it the memory starts afresh.
    private const int MostMailings = 10_000;
    private static readonly string Read = SqlFile.Load<LinkTargets>("ReadLinks");
    private static readonly string ReadUnknown = SqlFile.Load<LinkTargets>("ReadUnknownLinks");
    private readonly ConcurrentDictionary<int, Dictionary<int, string>> _mailings = new();

    /// <summary>The address in the form a Location header may carry (ASCII, escaped), or null.</summary>
    public async Task<string?> FindAsync(int mailingId, int linkNo, CancellationToken cancellationToken)
    {
        if (_mailings.TryGetValue(mailingId, out var links) && links.TryGetValue(linkNo, out var known))
        {
            return known;
        }

        links = await ReadAsync(mailingId, cancellationToken);
        if (_mailings.Count >= MostMailings)
        {
            _mailings.Clear();
        }

        _mailings[mailingId] = links;
        return links.GetValueOrDefault(linkNo);
    }

    /// <summary>Reads the links of mailings that are not known yet, the newest first, so that clicks find their way while the database is away.</summary>
    /// <returns>How many mailings were new.</returns>
    public async Task<int> LearnAsync(CancellationToken cancellationToken)
    {
        var found = new Dictionary<int, Dictionary<int, string>>();
        await using var command = database.CreateCommand(ReadUnknown);
        command.Parameters.AddWithValue("known", _mailings.Keys.ToArray());
        command.Parameters.AddWithValue("most", MostMailings - Math.Min(_mailings.Count, MostMailings));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!found.TryGetValue(reader.GetInt32(0), out var links))
            {
                found[reader.GetInt32(0)] = links = [];
            }

            if (TryMakeLocation(reader.GetString(2), out var location))
            {
                links[reader.GetInt16(1)] = location;
            }
        }

        foreach (var (mailing, links) in found)
        {
            _mailings[mailing] = links;
        }

        return found.Count;
    }

    private async Task<Dictionary<int, string>> ReadAsync(int mailingId, CancellationToken cancellationToken)
    {
        var links = new Dictionary<int, string>();
        await using var command = database.CreateCommand(Read);
        command.Parameters.AddWithValue("mailing", mailingId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (TryMakeLocation(reader.GetString(1), out var location))
            {
                links[reader.GetInt16(0)] = location;
            }
        }

        return links;
    }

    private static bool TryMakeLocation(string url, [NotNullWhen(true)] out string? location)
    {
        location = null;
        foreach (var c in url)
        {
            if (char.IsControl(c))
            {
                return false;
            }
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps) || uri.UserInfo.Length > 0)
        {
            return false;
        }

        // IdnHost: a header is ASCII. Everything behind the host is already escaped by Uri.
        location = uri.IdnHost == uri.Host ? uri.AbsoluteUri : new UriBuilder(uri) { Host = uri.IdnHost }.Uri.AbsoluteUri;
        return location.All(char.IsAscii);
    }
}
