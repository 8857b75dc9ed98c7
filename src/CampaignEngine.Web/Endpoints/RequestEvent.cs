using CampaignEngine.Tracking;
using Microsoft.AspNetCore.Http;

namespace CampaignEngine.Web.Endpoints;

internal static class RequestEvent
{
    public static TrackedEvent From(HttpContext context, TrackingSite site, EventKind kind, ItemToken item)
    {
        var headers = context.Request.Headers;
        var agent = headers.UserAgent.ToString();
        var purpose = $"{headers["Purpose"]} {headers["Sec-Purpose"]} {headers["X-Purpose"]}";
        return TrackedEvent.FromRequest(kind, item, site.Clock.GetUtcNow(), agent, MachineSigns.Find(kind, context.Request.Method, agent, purpose));
    }
}
