using System.Net;
using CampaignEngine.Mail.Resolving;

namespace CampaignEngine.Cli;

/// <summary>Whom commands ask for DNS records: this machine's servers, or the one that CAMPAIGN_DNS_SERVER names (for networks without, and for tests).</summary>
internal static class DnsServers
{
    private const string Variable = "CAMPAIGN_DNS_SERVER";

    public static DnsLookup Lookup()
    {
        var servers = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
            ? IPEndPoint.TryParse(named, out var server)
                ? [new IPEndPoint(server.Address, server.Port == 0 ? 53 : server.Port)]
                : throw CommandException.Invalid($"{Variable} must be an IP address with or without port, not '{named}'")
            : DnsLookup.SystemServers();
        return new DnsLookup(servers, TimeSpan.FromSeconds(2), TimeProvider.System);
    }
}
