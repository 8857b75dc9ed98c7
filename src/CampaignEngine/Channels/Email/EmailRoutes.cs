using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Channels.Email;

/// <summary>The routes of a channel, each as the MTA-STS policy that it is under allows it.</summary>
internal sealed class EmailRoutes(IReadOnlyDictionary<string, SmtpRoute> routes, MtaStsPolicies? policies)
{
    public bool Has(string name) => routes.ContainsKey(name);

    /// <returns>The route, or one sentence why it must not be used now.</returns>
    public async ValueTask<(SmtpRoute? Route, string? Refusal)> FindAsync(string name, CancellationToken cancellationToken)
    {
        var route = routes[name];
        if (route.PolicyDomain is not { } domain)
        {
            return (route, null);
        }

        if (policies is null)
        {
            return (null, $"relay {route.Host}: nothing here reads the MTA-STS policy of {domain}");
        }

        var answer = await policies.FindAsync(domain, cancellationToken);
        return answer.Policy is null
            ? answer.Fault is null ? (route, null) : (null, $"relay {route.Host}: the MTA-STS policy of {domain} is not known: {answer.Fault}")
            : answer.Policy.Apply(route) is { } allowed ? (allowed, null) : (null, $"relay {route.Host}: the MTA-STS policy of {domain} does not list this host");
    }
}
