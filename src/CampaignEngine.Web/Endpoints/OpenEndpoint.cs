using CampaignEngine.Tracking;
using Microsoft.AspNetCore.Http;

namespace CampaignEngine.Web.Endpoints;

/// <summary>GET /o/{token}.gif: a transparent pixel. It is served even when the event could not be stored: nobody should see a broken picture.</summary>
internal static class OpenEndpoint
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    // GIF89a, one transparent pixel.
    private static readonly byte[] Pixel = Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    public static async Task ShowAsync(HttpContext context, TrackingSite site, ItemToken item)
    {
        await site.Recorder.RecordAsync(RequestEvent.From(context, site, EventKind.Open, item), Deadline, context.RequestAborted);
        context.Response.ContentType = "image/gif";
        context.Response.ContentLength = Pixel.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(Pixel, context.RequestAborted);
        }
    }
}
