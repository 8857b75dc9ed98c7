using System.Text.Json;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Orders;
using CampaignEngine.Tracking.ShortMessages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace CampaignEngine.Web.Endpoints;

/// <summary>The addresses at which programs of ours hand in what happened elsewhere. Every request is signed; what comes twice counts once.</summary>
public static class CallerEndpoints
{
    private const long LargestBody = 4 << 20;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <param name="orders">Null: the model has no orders that belong to people, and the address for them is not there.</param>
    public static void MapCallers(this IEndpointRouteBuilder routes, TrackingSite site, SignedCallers callers, OrderIntake? orders)
    {
        routes.MapPost("/in/{caller}/events", context => GuardAsync(context, callers, body => TakeEventsAsync(context, site, body)));
        if (orders is not null)
        {
            routes.MapPost("/in/{caller}/orders", context => GuardAsync(context, callers, body => TakeOrdersAsync(context, orders, body)));
        }
    }

    // The same answer for an unknown caller and a wrong signature: it tells a guesser nothing.
    private static async Task GuardAsync(HttpContext context, SignedCallers callers, Func<byte[], Task> handle)
    {
        try
        {
            context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = LargestBody;
            using var body = new MemoryStream((int)Math.Clamp(context.Request.ContentLength ?? 0, 0, LargestBody));
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var request = new WebhookRequest(context.Request.Path, name => context.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null, body.ToArray());
            if (!callers.IsGenuine((string)context.Request.RouteValues["caller"]!, request))
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return;
            }

            await handle(request.Body);
        }
        catch (BadHttpRequestException fault)
        {
            context.Response.StatusCode = fault.StatusCode;
        }
        catch (NpgsqlException)
        {
            // Nothing was taken; the shop hands it in again.
            Away(context);
        }
    }

    private static void Away(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = "5";
    }

    // Taken orders are taken even when the shop hangs up before the answer.
    private static async Task TakeOrdersAsync(HttpContext context, OrderIntake orders, byte[] body) =>
        await AnswerAsync(context, await orders.TakeAsync((string)context.Request.RouteValues["caller"]!, body, CancellationToken.None));

    private static async Task TakeEventsAsync(HttpContext context, TrackingSite site, byte[] body)
    {
        var batch = EventBatch.Read(body, site.Tokens, site.Rules, site.Clock.GetUtcNow());
        if (batch.Events.Count > 0 && !await site.Recorder.RecordAsync(batch.Events, Deadline, context.RequestAborted))
        {
            Away(context);
            return;
        }

        await AnswerAsync(context, new { taken = batch.Events.Count, refused = batch.Refused });
    }

    private static async Task AnswerAsync(HttpContext context, object answer)
    {
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, answer, Names, context.RequestAborted);
    }
}
