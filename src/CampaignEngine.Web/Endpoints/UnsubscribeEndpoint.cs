using CampaignEngine.Tracking;
using CampaignEngine.Web.Pages;
using Microsoft.AspNetCore.Http;

namespace CampaignEngine.Web.Endpoints;

/// <summary>
/// /u/{token}: GET shows a page with one button and changes nothing, however often a scanner fetches it. POST acts at once: from that button, or
/// from a mailbox provider by RFC 8058 (List-Unsubscribe=One-Click). Neither needs a cookie; the token is the proof.
/// </summary>
internal static class UnsubscribeEndpoint
{
    public static async Task ShowAsync(HttpContext context, TrackingSite site, ItemToken item)
    {
        var offer = await site.Unsubscribing.FindAsync(item, context.RequestAborted);
        var texts = PageTexts.For(context, await site.Languages.FindAsync(item, context.RequestAborted));
        await (offer switch
        {
            null => Page.NotFoundAsync(context),
            { AlreadyDone: true } => DoneAsync(context, texts, offer.Channel),
            _ => AskAsync(context, texts, offer),
        });
    }

    public static async Task ActAsync(HttpContext context, TrackingSite site, ItemToken item)
    {
        // The wish is carried out even when the other side hangs up before the answer.
        var channel = await site.Unsubscribing.ConfirmAsync(item, site.Clock.GetUtcNow(), context.Request.Headers.UserAgent.ToString(), CancellationToken.None);
        var texts = PageTexts.For(context, await site.Languages.FindAsync(item, CancellationToken.None));
        await (channel is null ? Page.NotFoundAsync(context) : DoneAsync(context, texts, channel));
    }

    private static Task AskAsync(HttpContext context, PageTexts texts, UnsubscribeOffer offer)
    {
        var word = texts.Word(offer.Channel);
        return Page.WriteAsync(
            context,
            StatusCodes.Status200OK,
            PageTexts.Fill(texts.AskTitle, word),
            $"""
            <p>{PageTexts.Fill(Page.Encode(texts.Ask), Page.Encode(word), $"<b>{Page.Encode(offer.MaskedAddress)}</b>")}</p>
            <form method="post" action="{Page.Encode(context.Request.Path)}"><button type="submit" name="confirm" value="yes">{Page.Encode(texts.Button)}</button></form>
            """,
            texts.Language);
    }

    private static Task DoneAsync(HttpContext context, PageTexts texts, string channel) => Page.WriteAsync(
        context, StatusCodes.Status200OK, texts.DoneTitle, $"<p>{Page.Encode(PageTexts.Fill(texts.Done, texts.Word(channel)))}</p>", texts.Language);
}
