using CampaignEngine.Channels.Sms.Gateways;
using CampaignEngine.Customers;
using CampaignEngine.Deduplication;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Replies;
using CampaignEngine.Tracking.ShortMessages;
using Npgsql;

namespace CampaignEngine.Web.Endpoints;

/// <summary>What the gateways' side of the site needs: for each route with <c>webhooks</c> its settings and its check.</summary>
public sealed class ShortMessageSite
{
    private readonly Dictionary<string, (WebhookSettings Settings, WebhookCheck Check)> _routes = new(StringComparer.Ordinal);
    private readonly EngineSettings _settings;

    /// <exception cref="InvalidDataException">A secret cannot be read.</exception>
    public ShortMessageSite(
        NpgsqlDataSource database, CustomerModel model, EngineSettings settings, ContactPoints contacts, ReplyDesk desk, AnswerSweep answers, ItemTokens tokens, string workspaceDirectory,
        TimeProvider clock)
    {
        (_settings, Answers, Tokens) = (settings, answers, tokens);
        Inbound = new InboundMessages(database, model, contacts, desk, clock);
        foreach (var (name, gateway) in settings.Gateways)
        {
            if (gateway.Webhooks is { } webhooks && (webhooks.Secret ?? gateway.Password) is { } secret)
            {
                _routes[name] = (webhooks, new WebhookCheck(webhooks, secret.Resolve(workspaceDirectory), clock));
            }
        }
    }

    public ItemTokens Tokens { get; }

    public InboundMessages Inbound { get; }

    public AnswerSweep Answers { get; }

    /// <summary>Public address of the site, which signatures are made over.</summary>
    public string BaseUrl => _settings.Web.BaseUrl;

    /// <summary>Null: the route has no webhooks.</summary>
    public (WebhookSettings Settings, WebhookCheck Check)? Find(string route) => _routes.TryGetValue(route, out var found) ? found : null;
}
