using CampaignEngine.Channels.Sms.Gateways;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.ShortMessages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace CampaignEngine.Web.Endpoints;

/// <summary>
/// The addresses that gateways call. An answer must carry the gateway's signature; a receipt is proved by the token in its address, which only the gateway
/// was told. Both may come twice and count once.
/// </summary>
public static class ShortMessageEndpoints
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Post];

    public static void MapShortMessages(this IEndpointRouteBuilder routes, ShortMessageSite site)
    {
        routes.MapMethods("/sms/{route}/inbound", Methods, context => GuardAsync(context, site, InboundAsync));
        routes.MapMethods("/sms/{route}/receipt/{token}", Methods, context => GuardAsync(context, site, ReceiptAsync));
    }

    private static async Task GuardAsync(HttpContext context, ShortMessageSite site, Func<HttpContext, ShortMessageSite, WebhookSettings, WebhookRequest, Task> handle)
    {
        if (site.Find((string)context.Request.RouteValues["route"]!) is not { } route)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var request = new WebhookRequest(
                $"{site.BaseUrl}{context.Request.Path}{context.Request.QueryString}", name => context.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null, body.ToArray());
            await handle(context, site, route.Settings, request);
        }
        catch (BadHttpRequestException fault)
        {
            context.Response.StatusCode = fault.StatusCode;
        }
        catch (NpgsqlException)
        {
            // The gateway asks again.
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    }

    private static async Task InboundAsync(HttpContext context, ShortMessageSite site, WebhookSettings settings, WebhookRequest request)
    {
        var route = (string)context.Request.RouteValues["route"]!;
        if (!site.Find(route)!.Value.Check.IsGenuine(request))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        if (request.Find(settings.InboundFrom) is not { Length: > 0 } from || request.Find(settings.InboundId) is not { Length: > 0 } id)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        // A wish is carried out even when the other side hangs up before the answer.
        var message = new InboundMessage(route, id, from, request.Find(settings.InboundTo), request.Find(settings.InboundText) ?? "");
        var result = await site.Inbound.TakeAsync(
            message,
            action => action switch
            {
                KeywordAction.Stop => settings.StopAnswer,
                KeywordAction.Start => settings.StartAnswer,
                KeywordAction.Help => settings.HelpAnswer,
                _ => null,
            },
            CancellationToken.None);
        if (result.AnswerId is { } answer)
        {
            await site.Answers.RunAsync(answer, CancellationToken.None);
        }
    }

    private static async Task ReceiptAsync(HttpContext context, ShortMessageSite site, WebhookSettings settings, WebhookRequest request)
    {
        if (!site.Tokens.TryRead((string)context.Request.RouteValues["token"]!, TokenPurpose.Receipt, out var item))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        if (request.Find(settings.Status) is not { Length: > 0 } status)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        bool? delivered = settings.Delivered.Contains(status, StringComparer.OrdinalIgnoreCase) ? true
            : settings.Failed.Contains(status, StringComparer.OrdinalIgnoreCase) ? false : null;
        await site.Inbound.TakeReceiptAsync(item, delivered, status, request.Find(settings.Reason), CancellationToken.None);
    }
}
