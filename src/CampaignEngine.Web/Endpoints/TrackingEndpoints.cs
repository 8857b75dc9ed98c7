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
        routes.MapMethods("/c/{token}", Reading, context => ClickEndpoint.HandleAsync(context, site, Token(context)));
        routes.MapMethods("/o/{token}.gif", Reading, context => OpenEndpoint.HandleAsync(context, site, Token(context)));
        routes.MapMethods("/u/{token}", Reading, context => UnsubscribeEndpoint.ShowAsync(context, site, Token(context)));
        routes.MapPost("/u/{token}", context => UnsubscribeEndpoint.ActAsync(context, site, Token(context)));
        routes.MapMethods("/p/{token}", Reading, context => PreferencesEndpoint.ShowAsync(context, site, Token(context)));
        routes.MapPost("/p/{token}", context => PreferencesEndpoint.ActAsync(context, site, Token(context)));
        routes.MapMethods("/v/{token}", Reading, context => ViewOnlineEndpoint.HandleAsync(context, site, Token(context)));
        routes.MapMethods("/healthz", Reading, context => HealthAsync(context, site));
        routes.MapFallback(Page.NotFoundAsync);
    }

    private static string Token(HttpContext context) => (string)context.Request.RouteValues["token"]!;

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
