using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;

namespace CampaignEngine.Web.Pages;

/// <summary>
/// The frame of the few pages recipients see: no script, no cookie, no outside resource, readable on a phone. The one style sheet is allowed by its
/// hash, so the content security policy needs no exception.
/// </summary>
internal static class Page
{
    private const string Style =
        "body{font:1.1rem/1.5 system-ui,sans-serif;margin:0;color:#1c2733;background:#f4f5f7}" +
        "main{max-width:32rem;margin:3rem auto;padding:1.5rem;background:#fff;border-radius:.5rem;box-shadow:0 1px 3px #0002}" +
        "h1{font-size:1.4rem;margin:0 0 1rem}p{margin:0 0 1rem;overflow-wrap:anywhere}" +
        "button{font:inherit;width:100%;padding:.8rem;border:0;border-radius:.4rem;background:#1f5fbf;color:#fff;cursor:pointer}" +
        "button:focus-visible{outline:3px solid #f5a623}" +
        "@media(max-width:36rem){main{margin:0;min-height:100vh;box-sizing:border-box;border-radius:0}}";

    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; " +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Headers of every answer of this site, pages or not.</summary>
    public static void Harden(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["X-Robots-Tag"] = "noindex, nofollow";
        response.Headers.CacheControl = "no-store";
    }

    /// <summary>Text made safe for the place between tags and for quoted attributes.</summary>
    public static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    /// <param name="title">Plain text.</param>
    /// <param name="body">HTML, every foreign text in it encoded.</param>
    /// <param name="language">BCP 47 tag of title and body.</param>
    public static async Task WriteAsync(HttpContext context, int status, string title, string body, string language = "en")
    {
        var html = $"""
            <!doctype html>
            <html lang="{Encode(language)}">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{Encode(title)}</title><style>{Style}</style></head>
            <body><main><h1>{Encode(title)}</h1>{body}</main></body>
            </html>
            """;
        var bytes = Encoding.UTF8.GetBytes(html);
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }

    /// <summary>The same page for a wrong, foreign, damaged or outdated address: it tells a guesser nothing.</summary>
    public static Task NotFoundAsync(HttpContext context)
    {
        var texts = PageTexts.For(context);
        return WriteAsync(context, StatusCodes.Status404NotFound, texts.MissingTitle, $"<p>{Encode(texts.Missing)}</p>", texts.Language);
    }

    public static Task BusyAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "5";
        var texts = PageTexts.For(context);
        return WriteAsync(context, StatusCodes.Status503ServiceUnavailable, texts.BusyTitle, $"<p>{Encode(texts.Busy)}</p>", texts.Language);
    }
}
