using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Web.Pages;
using Microsoft.AspNetCore.Http;

namespace CampaignEngine.Web.Inbox;

/// <summary>The inbox as pages, without script. Foreign HTML is shown in a frame without scripts, forms and origin; its pictures from elsewhere are not fetched.</summary>
internal static class InboxPages
{
    private const string Style =
        ":root{color-scheme:light dark}body{font:1rem/1.45 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:1rem}" +
        "h1{font-size:1.3rem;overflow-wrap:anywhere}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.35rem .6rem .35rem 0;border-bottom:1px solid #8884;vertical-align:top;overflow-wrap:anywhere}th{overflow-wrap:break-word}" +
        "td.n{white-space:nowrap}form{display:flex;gap:.5rem;margin:0 0 1rem}input{font:inherit;flex:1;min-width:0;padding:.4rem}button{font:inherit;padding:.4rem .8rem}" +
        "iframe{width:100%;height:70vh;border:1px solid #8886;background:#fff}pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid #8886;padding:.8rem}a{color:#2c6fd1}" +
        ".s{opacity:.75}.x{color:#c22;opacity:1}" +
        "@media(max-width:40rem){td.n,th.n{display:none}}";

    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private const string ForeignPolicy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-popups";

    public static Task ListAsync(HttpContext context, InboxList list)
    {
        var query = list.Query;
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<form><input name=\"to\" value=\"{Page.Encode(query.To ?? "")}\" placeholder=\"address\" aria-label=\"address\"><button>Find</button></form>");
        if (list.Entries.Count == 0)
        {
            page.Append(query.To is null && query.Before is null ? "<p>Nothing has arrived yet.</p>" : "<p>There is none.</p>");
            return PageAsync(context, "Inbox", page.ToString());
        }

        page.Append("<table><tr><th class=\"n\">#</th><th>to</th><th>subject, and what was sent back</th><th class=\"n\">received (UTC)</th><th class=\"n\">bytes</th></tr>");
        foreach (var (m, sent) in list.Entries)
        {
            page.Append(CultureInfo.InvariantCulture,
                $"<tr><td class=\"n\">{m.Number}</td><td>{Page.Encode(string.Join(", ", m.Recipients))}</td><td><a href=\"/m/{m.Number}\">{Page.Encode(m.Subject.Length == 0 ? "(no subject)" : m.Subject)}</a>");
            foreach (var back in sent)
            {
                page.Append(CultureInfo.InvariantCulture, $"<br><small class=\"{(back.Taken ? "s" : "s x")}\">{Page.Encode(back.ToString())}</small>");
            }

            page.Append(CultureInfo.InvariantCulture, $"</td><td class=\"n\">{Time(m.ReceivedAt)}</td><td class=\"n\">{m.Size:N0}</td></tr>");
        }

        page.Append("</table>");
        if (list.Next is { } next)
        {
            page.Append(CultureInfo.InvariantCulture,
                $"<p><a href=\"/?before={next}&amp;limit={query.Limit}{(query.To is null ? "" : "&amp;to=" + Uri.EscapeDataString(query.To))}\">older</a></p>");
        }

        return PageAsync(context, string.Create(CultureInfo.InvariantCulture, $"Inbox, {list.Count:N0} {(list.Count == 1 ? "message" : "messages")}"), page.ToString());
    }

    public static Task ShowAsync(HttpContext context, InboxEntry entry, byte[] content)
    {
        var (message, sent) = entry;
        var mail = MailReader.Read(content);
        var page = new StringBuilder("<p><a href=\"/\">all messages</a></p><table>");
        foreach (var (name, value) in (IEnumerable<(string, string)>)
            [("to", string.Join(", ", message.Recipients)), ("from", mail.From), ("return path", message.Sender), ("received", $"{Time(message.ReceivedAt)} UTC"), .. sent.Select(back => ("sent back", $"{Time(back.At)} UTC {back}"))])
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{name}</th><td>{Page.Encode(value)}</td></tr>");
        }

        page.Append("</table>");
        page.Append(CultureInfo.InvariantCulture, $"<p><a href=\"/m/{message.Number}/raw\">source</a>{(mail.IsComplete ? "" : " (too large or damaged to be shown whole)")}</p>");
        if (mail.Html is not null)
        {
            page.Append(CultureInfo.InvariantCulture, $"<iframe src=\"/m/{message.Number}/html\" sandbox=\"allow-popups\" title=\"message\"></iframe>");
        }

        if (mail.Text is { } text)
        {
            page.Append(CultureInfo.InvariantCulture, $"<details{(mail.Html is null ? " open" : "")}><summary>text</summary><pre>{Page.Encode(text)}</pre></details>");
        }

        page.Append("<details><summary>headers</summary><table>");
        foreach (var header in mail.Headers)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{Page.Encode(header.Name)}</th><td>{Page.Encode(header.Value)}</td></tr>");
        }

        page.Append("</table></details>");
        if (mail.Links.Count > 0)
        {
            page.Append("<details><summary>links</summary><ol>");
            foreach (var link in mail.Links)
            {
                // As text: looking at a rehearsal must not click.
                page.Append("<li>").Append(Page.Encode(link)).Append("</li>");
            }

            page.Append("</ol></details>");
        }

        return PageAsync(context, message.Subject.Length == 0 ? "(no subject)" : message.Subject, page.ToString());
    }

    public static Task HtmlAsync(HttpContext context, InboxEntry entry, byte[] content)
    {
        if (MailReader.Read(content).Html is not { } html)
        {
            return NotFoundAsync(context);
        }

        context.Response.Headers.ContentSecurityPolicy = ForeignPolicy;
        return WriteAsync(context, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(html));
    }

    public static Task RawAsync(HttpContext context, InboxEntry entry, byte[] content) => WriteAsync(context, "text/plain; charset=utf-8", content);

    public static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return PageAsync(context, "There is no such message", "<p><a href=\"/\">all messages</a></p>");
    }

    public static Task WriteAsync(HttpContext context, string type, byte[] bytes)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        return ReadingServer.WriteAsync(context, type, bytes);
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static Task PageAsync(HttpContext context, string title, string body)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        return WriteAsync(context, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(
            $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{Page.Encode(title)}</title><style>{Style}</style></head>"
            + $"<body><h1>{Page.Encode(title)}</h1>{body}</body></html>"));
    }
}
