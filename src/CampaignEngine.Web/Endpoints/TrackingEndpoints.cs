using CampaignEngine.Tracking;
using CampaignEngine.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace CampaignEngine.Web.Endpoints;

/// <summary>The addresses that stand in messages. GET and HEAD record at most; only POST changes what a person receives.</summary>
public static class TrackingEndpoints
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void MapTracking(this IEndpointRouteBuilder routes, TrackingSite site)
    {
        routes.MapMethods("/c/{token}", Reading, context => TokenRequest.HandleAsync(context, site, TokenPurpose.Click, ClickEndpoint.FollowAsync));
        routes.MapMethods("/o/{token}.gif", Reading, context => TokenRequest.HandleAsync(context, site, TokenPurpose.Open, OpenEndpoint.ShowAsync));
        routes.MapMethods("/u/{token}", Reading, context => TokenRequest.HandleAsync(context, site, TokenPurpose.Unsubscribe, UnsubscribeEndpoint.ShowAsync));
        routes.MapPost("/u/{token}", context => TokenRequest.HandleAsync(context, site, TokenPurpose.Unsubscribe, UnsubscribeEndpoint.ActAsync));
        routes.MapMethods("/p/{token}", Reading, context => TokenRequest.HandleAsync(context, site, TokenPurpose.Preferences, PreferencesEndpoint.ShowAsync));
        routes.MapPost("/p/{token}", context => TokenRequest.HandleAsync(context, site, TokenPurpose.Preferences, PreferencesEndpoint.ActAsync));
        routes.MapMethods("/d/{token}", Reading, context => TokenRequest.HandleAsync(context, site, TokenPurpose.OptIn, ConfirmEndpoint.ShowAsync));
        routes.MapPost("/d/{token}", context => TokenRequest.HandleAsync(context, site, TokenPurpose.OptIn, ConfirmEndpoint.ActAsync));
        routes.MapMethods("/v/{token}", Reading, context => TokenRequest.HandleAsync(context, site, TokenPurpose.ViewOnline, ViewOnlineEndpoint.ShowAsync));
        routes.MapMethods("/healthz", Reading, context => HealthAsync(context, site));
        routes.MapFallback(Page.NotFoundAsync);
    }

    private static async Task HealthAsync(HttpContext context, TrackingSite site)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        try
        {
            await using var connection = await site.Database.OpenConnectionAsync(context.RequestAborted);
            await context.Response.WriteAsync("ok\n", context.RequestAborted);
        }
        catch (NpgsqlException)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsync("database unreachable\n", context.RequestAborted);
        }
    }
}
