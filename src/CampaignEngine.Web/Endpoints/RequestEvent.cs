using System.Net;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Machines;
using Microsoft.AspNetCore.Http;

namespace CampaignEngine.Web.Endpoints;

internal static class RequestEvent
{
    public static TrackedEvent From(HttpContext context, TrackingSite site, EventKind kind, ItemToken item) =>
        TrackedEvent.FromRequest(kind, item, site.Clock.GetUtcNow(), Seen(context, site), site.Rules);

    /// <summary>What is kept of a request.</summary>
    public static SeenRequest Seen(HttpContext context, TrackingSite site)
    {
        var headers = context.Request.Headers;
        var purpose = $"{headers["Purpose"]} {headers["Sec-Purpose"]} {headers["X-Purpose"]}";
        return SeenRequest.Of(context.Request.Method, headers.UserAgent.ToString(), purpose, MachineRulesShape.Stored(Client(context, site.Proxies)));
    }

    // The last address in X-Forwarded-For that is no proxy of ours: what stands before it, the client may have written itself.
    private static IPAddress? Client(HttpContext context, IReadOnlyList<IPNetwork> proxies)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is null || !IsProxy(address, proxies))
        {
            return address;
        }

        var forwarded = context.Request.Headers["X-Forwarded-For"].ToString();
        foreach (var written in forwarded.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            if (!IPAddress.TryParse(written, out address) || !IsProxy(address, proxies))
            {
                return address;
            }
        }

        return address;
    }

    private static bool IsProxy(IPAddress address, IReadOnlyList<IPNetwork> proxies)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(plain) || proxies.Any(p => p.Contains(plain));
    }
}
