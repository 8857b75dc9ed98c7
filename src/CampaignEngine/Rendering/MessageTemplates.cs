using System.Net;
using CampaignEngine.Rendering.Images;
using CampaignEngine.Rendering.Markup;
using CampaignEngine.Rendering.Styles;
using CampaignEngine.Rendering.TextParts;

namespace CampaignEngine.Rendering;

/// <summary>The templates of a mailing as they are compiled: once per mailing, so that no message pays for what is done here.</summary>
/// <param name="Text">Null when each message's text is made from its HTML.</param>
/// <param name="TextIsMarked">The text was made from the HTML template and is set in lines when it is rendered.</param>
/// <param name="Partials">What the parts include, by name; some are copies that a part has for itself.</param>
internal sealed record MessageTemplates(string? Html, string? Text, bool TextIsMarked, IReadOnlyDictionary<string, string> Partials)
{
    /// <summary>Moves styles into the HTML, puts the preheader and the pixel in, and makes the text part where there is none.</summary>
    /// <param name="pixel">Code of the open pixel; null for none.</param>
    public static MessageTemplates Of(MailingContent content, string? pixel)
    {
        if (content.Html is null)
        {
            return new MessageTemplates(null, content.Text, false, content.Partials);
        }

        var path = $"templates/{content.TemplateName}.sbn-html";
        var page = FlatTemplate.Of(path, content.Html, content.Partials);
        var text = content.Text is null ? TextPart.OfTemplate(page) : null;
        var (html, partials) = StyleInliner.Run(page) ?? (content.Html, content.Partials);
        if (!page.Complete)
        {
            partials = Merge(content.Partials, partials);
        }

        (html, partials) = Extras(html, partials, path, content.Preheader is null ? null : Hidden(content.Preheader), pixel);
        if (content.Images.Count > 0)
        {
            html = ImageStore.Name(html, content.Images);
            partials = partials.ToDictionary(p => p.Key, p => ImageStore.Name(p.Value, content.Images), StringComparer.Ordinal);
        }

        return new MessageTemplates(html, content.Text ?? text?.Text, text is not null, Merge(Merge(content.Partials, partials), text?.Partials ?? content.Partials));
    }

    // The preheader comes first behind <body>, the pixel last before </body>; either may stand in a partial.
    private static (string, IReadOnlyDictionary<string, string>) Extras(string html, IReadOnlyDictionary<string, string> partials, string path, string? preheader, string? pixel)
    {
        if ((preheader ?? pixel) is null)
        {
            return (html, partials);
        }

        var page = FlatTemplate.Of(path, html, partials);
        var tokens = HtmlTokens.Read(page.Text);
        var inserts = new List<(int At, string Text)>();
        var body = tokens.Find(t => t is { Kind: HtmlTokenKind.StartTag, Name: "body" }) ?? tokens.Find(t => t is { Kind: HtmlTokenKind.EndTag, Name: "head" });
        var end = tokens.FindLast(t => t is { Kind: HtmlTokenKind.EndTag, Name: "body" });
        if (preheader is not null && body is not null)
        {
            // In front of the sign that closes the tag there is always text of the same file.
            inserts.Add((body.End - 1, preheader));
        }

        if (pixel is not null && end is not null)
        {
            inserts.Add((end.Start, pixel));
        }

        var writer = new PartWriter(name => page.Complete ? name : name.Insert(Math.Max(0, name.LastIndexOf('.')), "~0"));
        foreach (var piece in page.Pieces)
        {
            if (piece.Code)
            {
                writer.AppendCode(piece);
                continue;
            }

            var at = piece.FlatStart;
            foreach (var (place, text) in inserts.Where(i => i.At >= piece.FlatStart && i.At < piece.FlatStart + piece.Length))
            {
                var until = text == preheader ? place + 1 : place;
                writer.Append(piece.Part, page.Text[at..until] + text);
                at = until;
            }

            writer.Append(piece.Part, page.Text[at..(piece.FlatStart + piece.Length)]);
        }

        var finished = (body is null ? preheader : "") + writer.Finish(page.Root) + (end is null ? pixel : "");
        return (finished, Merge(partials, writer.Partials));
    }

    /// <summary>
    /// The preheader as HTML that no page shows. What follows it is invisible width, so that an inbox does not go on with the first words of the mail.
    /// </summary>
    private static string Hidden(string preheader)
    {
        var text = string.Concat(TemplatePieces.Split(preheader).Select(p => preheader[p.Start..p.End] is var piece && p.Code ? piece : WebUtility.HtmlEncode(piece)));
        return "<div style=\"display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all\">"
            + text + string.Concat(Enumerable.Repeat("&#847;&zwnj;&nbsp;", 80)) + "</div>";
    }

    private static Dictionary<string, string> Merge(IReadOnlyDictionary<string, string> under, IReadOnlyDictionary<string, string> over)
    {
        var merged = new Dictionary<string, string>(under, StringComparer.Ordinal);
        foreach (var (name, text) in over)
        {
            merged[name] = text;
        }

        return merged;
    }
}
