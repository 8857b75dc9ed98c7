using CampaignEngine.Tracking;
using CampaignEngine.Web.Pages;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace CampaignEngine.Web.Endpoints;

/// <summary>
/// /u/{token}: GET shows a page with one button and changes nothing, however often a scanner fetches it. POST acts at once: from that button, or
/// from a mailbox provider by RFC 8058 (List-Unsubscribe=One-Click). Neither needs a cookie; the token is the proof.
/// </summary>
internal static class UnsubscribeEndpoint
{
    public static async Task ShowAsync(HttpContext context, TrackingSite site, string token)
    {
        if (!site.Tokens.TryRead(token, TokenPurpose.Unsubscribe, out var item))
        {
            await Page.NotFoundAsync(context);
            return;
        }

        try
        {
            var offer = await site.Unsubscribing.FindAsync(item, context.RequestAborted);
            await (offer switch
            {
                null => Page.NotFoundAsync(context),
                { AlreadyDone: true } => DoneAsync(context, offer.Channel),
                _ => AskAsync(context, offer, token),
            });
        }
        catch (NpgsqlException)
        {
            await Page.BusyAsync(context);
        }
    }

    public static async Task ActAsync(HttpContext context, TrackingSite site, string token)
    {
        if (!site.Tokens.TryRead(token, TokenPurpose.Unsubscribe, out var item))
        {
            await Page.NotFoundAsync(context);
            return;
        }

        try
        {
            // The wish is carried out even when the other side hangs up before the answer.
            var channel = await site.Unsubscribing.ConfirmAsync(item, site.Clock.GetUtcNow(), context.Request.Headers.UserAgent.ToString(), CancellationToken.None);
            await (channel is null ? Page.NotFoundAsync(context) : DoneAsync(context, channel));
        }
        catch (NpgsqlException)
        {
            await Page.BusyAsync(context);
        }
    }

    private static Task AskAsync(HttpContext context, UnsubscribeOffer offer, string token) =>
        Page.WriteAsync(
            context,
            StatusCodes.Status200OK,
            $"Stop {Word(offer.Channel)}?",
            $"""
            <p>We will send no more {Page.Encode(Word(offer.Channel))} to <b>{Page.Encode(offer.MaskedAddress)}</b>.</p>
            <form method="post" action="/u/{Page.Encode(token)}"><button type="submit" name="confirm" value="yes">Unsubscribe</button></form>
            """);

    private static Task DoneAsync(HttpContext context, string channel) =>
        Page.WriteAsync(context, StatusCodes.Status200OK, "You are unsubscribed", $"<p>We will send you no more {Page.Encode(Word(channel))}. There is nothing else to do.</p>");

    internal static string Word(string channel) => channel switch
    {
        "email" => "e-mails",
        "sms" => "text messages",
        "print" => "letters",
        "call" => "calls",
        _ => "messages",
    };
}
