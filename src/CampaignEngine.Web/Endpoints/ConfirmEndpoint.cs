using CampaignEngine.Tracking;
using CampaignEngine.Web.Pages;
using Microsoft.AspNetCore.Http;

namespace CampaignEngine.Web.Endpoints;

/// <summary>
/// /d/{token}: the second step of a double opt-in. GET shows a page with one button and changes nothing, however often a scanner fetches it; only the POST
/// of that button grants. The token, which only the mailbox has seen, is the proof.
/// </summary>
internal static class ConfirmEndpoint
{
    public static async Task ShowAsync(HttpContext context, TrackingSite site, ItemToken item)
    {
        var offer = await site.OptingIn.FindAsync(item, context.RequestAborted);
        var texts = PageTexts.For(context, await site.Languages.FindAsync(item, context.RequestAborted));
        await (offer switch
        {
            null => Page.NotFoundAsync(context),
            { AlreadyDone: true } => DoneAsync(context, texts),
            _ => AskAsync(context, texts, offer),
        });
    }

    public static async Task ActAsync(HttpContext context, TrackingSite site, ItemToken item)
    {
        try
        {
            // Only the page's own form grants: a bare POST of a scanner does not.
            if (!context.Request.HasFormContentType || await context.Request.ReadFormAsync(context.RequestAborted) is not { } form || form["grant"] != "yes")
            {
                await ShowAsync(context, site, item);
                return;
            }
        }
        catch (Exception fault) when (fault is InvalidDataException or BadHttpRequestException)
        {
            await Page.NotFoundAsync(context);
            return;
        }

        // The wish is carried out even when the other side hangs up before the answer.
        var granted = await site.OptingIn.ConfirmAsync(item, site.Clock.GetUtcNow(), RequestEvent.Seen(context, site), CancellationToken.None);
        var texts = PageTexts.For(context, await site.Languages.FindAsync(item, CancellationToken.None));
        await (granted ? DoneAsync(context, texts) : Page.NotFoundAsync(context));
    }

    private static Task AskAsync(HttpContext context, PageTexts texts, OptInOffer offer) => Page.WriteAsync(
        context,
        StatusCodes.Status200OK,
        texts.ConfirmTitle,
        $"""
        <p>{PageTexts.Fill(Page.Encode(texts.Confirm), Page.Encode(texts.Word("email")), $"<b>{Page.Encode(offer.MaskedAddress)}</b>")}</p>
        <form method="post" action="{Page.Encode(context.Request.Path)}"><button type="submit" name="grant" value="yes">{Page.Encode(texts.ConfirmButton)}</button></form>
        """,
        texts.Language);

    private static Task DoneAsync(HttpContext context, PageTexts texts) => Page.WriteAsync(
        context, StatusCodes.Status200OK, texts.ConfirmedTitle, $"<p>{Page.Encode(PageTexts.Fill(texts.Confirmed, texts.Word("email")))}</p>", texts.Language);
}
