using CampaignEngine.Tracking;
using CampaignEngine.Web.Pages;
using Microsoft.AspNetCore.Http;

namespace CampaignEngine.Web.Endpoints;

/// <summary>GET /c/{token}: records the click, then leads to the link of the mailing. The address comes from the link table only, never from the request.</summary>
internal static class ClickEndpoint
{
    // Longer than a slow commit, shorter than a person's patience.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    public static async Task FollowAsync(HttpContext context, TrackingSite site, ItemToken item)
    {
        var location = await site.Links.FindAsync(item.MailingId, item.LinkNo, context.RequestAborted);
        if (location is null)
        {
            await Page.NotFoundAsync(context);
            return;
        }

        if (!await site.Recorder.RecordAsync(RequestEvent.From(context, site, EventKind.Click, item), Deadline, context.RequestAborted))
        {
            await Page.BusyAsync(context);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status302Found;
        context.Response.Headers.Location = location;
    }
}
