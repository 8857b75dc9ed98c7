using System.Globalization;
using System.Net;
using CampaignEngine.Rendering;
using CampaignEngine.Rendering.Markup;

namespace CampaignEngine.Reporting.Details;

/// <summary>The words of a message in reading order, for everybody alike: what differs from person to person is an ellipsis, so no person is shown.</summary>
public sealed record MessageOutline(string Drop, IReadOnlyList<OutlineLine> Lines)
{
    private const string Ellipsis = "…";
    private static readonly HashSet<string> Unseen = new(StringComparer.Ordinal) { "style", "script", "head", "title" };
    private static readonly HashSet<string> Within = new(StringComparer.Ordinal) { "a", "b", "strong", "em", "i", "u", "span", "small", "sup", "sub", "font", "code", "abbr", "img" };

    /// <summary>Null when the mailing has no HTML part.</summary>
    internal static MessageOutline? Of(MailingContent content) => content.Html is not { } html ? null
        : new MessageOutline(content.Drop, Read(FlatTemplate.Of(content.HtmlPath, html, content.Partials)));

    private static List<OutlineLine> Read(FlatTemplate page)
    {
        var lines = new List<OutlineLine>();
        var parts = new List<OutlinePart>();
        string? link = null;
        var (skip, title) = ("", false);
        foreach (var token in HtmlTokens.Read(page.Text))
        {
            if (skip.Length > 0)
            {
                skip = token.Kind == HtmlTokenKind.EndTag && token.Name == skip ? "" : skip;
                continue;
            }

            switch (token.Kind)
            {
                case HtmlTokenKind.StartTag when Unseen.Contains(token.Name):
                    skip = token.Name;
                    break;
                case HtmlTokenKind.StartTag when token.Name == "a":
                    link = token["href"] is { HasValue: true } href ? Decoded(page, href.ValueStart, href.ValueEnd).Trim() : null;
                    break;
                case HtmlTokenKind.StartTag when token.Name == "img" && token["alt"] is { HasValue: true } alt:
                    Add(Decoded(page, alt.ValueStart, alt.ValueEnd));
                    break;
                case HtmlTokenKind.EndTag when token.Name == "a":
                    link = null;
                    break;
                case HtmlTokenKind.Text:
                    Add(Decoded(page, token.Start, token.End));
                    break;
                case HtmlTokenKind.StartTag or HtmlTokenKind.EndTag when !Within.Contains(token.Name):
                    End();
                    title = token is { Kind: HtmlTokenKind.StartTag, Name: "h1" or "h2" or "h3" };
                    break;
                default:
                    break;
            }
        }

        End();
        return lines;

        void Add(string text)
        {
            if (text.Length > 0)
            {
                parts.Add(new OutlinePart(text, link));
            }
        }

        void End()
        {
            if (parts.Exists(p => p.Text.Any(char.IsLetterOrDigit)))
            {
                lines.Add(new OutlineLine(title, [.. parts]));
            }

            parts.Clear();
        }
    }

    // Steps of the template print nothing; values become one ellipsis.
    private static string Decoded(FlatTemplate page, int start, int end)
    {
        var text = string.Concat(page.In(start, end).Select(piece => piece.Code ? CodeKinds.Of(piece.Span) == CodeKind.Output ? Ellipsis : "" : WebUtility.HtmlDecode(piece.Span.ToString())));
        var words = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return words.Length == 0 ? text.Length > 0 ? " " : "" : string.Create(CultureInfo.InvariantCulture, $"{(char.IsWhiteSpace(text[0]) ? " " : "")}{words}{(char.IsWhiteSpace(text[^1]) ? " " : "")}");
    }
}

/// <param name="Title">A heading of the message.</param>
public sealed record OutlineLine(bool Title, IReadOnlyList<OutlinePart> Parts);

/// <param name="Url">Address of the link the words belong to; null outside of links.</param>
public sealed record OutlinePart(string Text, string? Url);
