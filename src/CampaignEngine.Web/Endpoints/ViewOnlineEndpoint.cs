using System.Text;
using CampaignEngine.Tracking;
using CampaignEngine.Web.Pages;
using Microsoft.AspNetCore.Http;

namespace CampaignEngine.Web.Endpoints;

/// <summary>GET /v/{token}: the message once more as a page, for mail programs that show it badly. It records that it was looked at, and changes nothing else.</summary>
internal static class ViewOnlineEndpoint
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    // A message is foreign HTML to this site: it gets pictures and its own styles, and neither scripts nor forms nor the site's origin.
    private const string Policy = "default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline' https:; font-src https:; form-action 'none'; base-uri 'none'; " +
        "frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation";

    public static async Task ShowAsync(HttpContext context, TrackingSite site, ItemToken item)
    {
        if (site.Online is not { } online || await online.FindAsync(item, context.RequestAborted) is not { } message)
        {
            await Page.NotFoundAsync(context);
            return;
        }

        await site.Recorder.RecordAsync(RequestEvent.From(context, site, EventKind.ViewOnline, item), Deadline, context.RequestAborted);
        if (message.Html is null)
        {
            await Page.WriteAsync(context, StatusCodes.Status200OK, message.Subject.Length == 0 ? "Your message" : message.Subject, $"<p>{Page.Encode(message.Text).Replace("&#xA;", "<br>", StringComparison.Ordinal)}</p>");
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(message.Html);
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }
}
