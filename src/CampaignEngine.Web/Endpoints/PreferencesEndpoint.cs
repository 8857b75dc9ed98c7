using System.Globalization;
using System.Text;
using CampaignEngine.Tracking;
using CampaignEngine.Web.Pages;
using Microsoft.AspNetCore.Http;

namespace CampaignEngine.Web.Endpoints;

/// <summary>
/// /p/{token}: GET shows what the person has agreed to and changes nothing. POST states anew what was changed on the page, by channel and purpose. The
/// token is the proof; no cookie, no login.
/// </summary>
internal static class PreferencesEndpoint
{
    public static async Task ShowAsync(HttpContext context, TrackingSite site, ItemToken item)
    {
        await WriteAsync(context, site, item, await site.Preferences.FindAsync(item, context.RequestAborted), saved: false);
    }

    public static async Task ActAsync(HttpContext context, TrackingSite site, ItemToken item)
    {
        try
        {
            // Only the page's own form says what is wanted: a bare POST of a scanner withdraws nothing.
            if (!context.Request.HasFormContentType || await context.Request.ReadFormAsync(context.RequestAborted) is not { } form || form["save"] != "yes")
            {
                await WriteAsync(context, site, item, await site.Preferences.FindAsync(item, context.RequestAborted), saved: false);
                return;
            }

            var wanted = form["want"].OfType<string>().Select(w => w.Split(':', 2)).Where(w => w.Length == 2).Select(w => (w[0], w[1])).ToHashSet();
            // The wish is carried out even when the other side hangs up before the answer.
            var preferences = await site.Preferences.ChangeAsync(item, wanted, site.Clock.GetUtcNow(), context.Request.Headers.UserAgent.ToString(), CancellationToken.None);
            await WriteAsync(context, site, item, preferences, saved: true);
        }
        catch (Exception fault) when (fault is InvalidDataException or BadHttpRequestException)
        {
            await Page.NotFoundAsync(context);
        }
    }

    private static async Task WriteAsync(HttpContext context, TrackingSite site, ItemToken item, IReadOnlyList<Preference> preferences, bool saved)
    {
        if (preferences.Count == 0)
        {
            await Page.NotFoundAsync(context);
            return;
        }

        var texts = PageTexts.For(context, await site.Languages.FindAsync(item, CancellationToken.None));
        var rows = new StringBuilder();
        foreach (var preference in preferences)
        {
            var word = texts.Word(preference.Channel);
            var what = preference.Purpose == "marketing" ? PageTexts.Fill(texts.Offers, word) : $"{word}: {preference.Purpose}";
            rows.Append(CultureInfo.InvariantCulture,
                $"""<p><label><input type="checkbox" name="want" value="{Page.Encode($"{preference.Channel}:{preference.Purpose}")}"{(preference.Receives ? " checked" : "")}> {Page.Encode(char.ToUpperInvariant(what[0]) + what[1..])}</label></p>""");
        }

        await Page.WriteAsync(
            context, StatusCodes.Status200OK, saved ? texts.SavedTitle : texts.PreferencesTitle,
            $"""
            <form method="post" action="{Page.Encode(context.Request.Path)}">{rows}<button type="submit" name="save" value="yes">{Page.Encode(texts.Save)}</button></form>
            """,
            texts.Language);
    }
}
