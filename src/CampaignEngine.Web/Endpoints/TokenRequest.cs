using CampaignEngine.Tracking;
using CampaignEngine.Web.Pages;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace CampaignEngine.Web.Endpoints;

/// <summary>
/// A request for an address that stood in somebody's message. The token in it is the proof; no cookie, no login. One that is not ours, or was made for
/// another purpose, finds nothing; while the database is away the page asks to come back.
/// </summary>
internal static class TokenRequest
{
    public static async Task HandleAsync(HttpContext context, TrackingSite site, TokenPurpose purpose, Func<HttpContext, TrackingSite, ItemToken, Task> answer)
    {
        if (!site.Tokens.TryRead((string)context.Request.RouteValues["token"]!, purpose, out var item))
        {
            await Page.NotFoundAsync(context);
            return;
        }

        try
        {
            await answer(context, site, item);
        }
        catch (NpgsqlException)
        {
            await Page.BusyAsync(context);
        }
    }
}
