namespace CampaignEngine.Templating.Html;

/// <summary>Follows HTML text from one state to the next; a small part of what a browser does, enough to know where a value stands.</summary>
internal static class HtmlReader
{
    private static readonly HashSet<string> s_urls = new(StringComparer.Ordinal)
    {
        "href", "src", "action", "formaction", "background", "cite", "poster", "data", "longdesc", "srcset", "xlink:href", "ping", "manifest",
    };

    public static HtmlState Read(HtmlState state, ReadOnlySpan<char> text)
    {
        var name = string.Empty;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var white = char.IsWhiteSpace(c);
            switch (state.Place)
            {
                case HtmlPlace.Text:
                    state = c == '<' ? Open(state, text, ref i) : state;
                    break;
                case HtmlPlace.TagName:
                    state = c == '>' ? Close(state) : white || c == '/' ? state with { Place = HtmlPlace.Tag } : state with { Tag = state.Tag + char.ToLowerInvariant(c) };
                    break;
                case HtmlPlace.Tag or HtmlPlace.AfterAttributeName:
                    if (c == '>')
                    {
                        state = Close(state);
                    }
                    else if (c == '=' && state.Place == HtmlPlace.AfterAttributeName)
                    {
                        state = state with { Place = HtmlPlace.BeforeValue };
                    }
                    else if (!white && c != '/')
                    {
                        state = new HtmlState(HtmlPlace.AttributeName, state.Tag);
                        name = char.ToLowerInvariant(c).ToString();
                    }

                    break;
                case HtmlPlace.AttributeName:
                    if (c is '>' or '=' or '/' || white)
                    {
                        state = state with { Attribute = KindOf(name) };
                        state = c == '>' ? Close(state) : state with { Place = c == '=' ? HtmlPlace.BeforeValue : white ? HtmlPlace.AfterAttributeName : HtmlPlace.Tag };
                    }
                    else
                    {
                        name += char.ToLowerInvariant(c);
                    }

                    break;
                case HtmlPlace.BeforeValue:
                    state = c is '"' or '\'' ? state with { Place = HtmlPlace.Value, Quote = c, Url = UrlPart.Start }
                        : white ? state
                        : c == '>' ? Close(state)
                        : state with { Place = HtmlPlace.UnquotedValue };
                    break;
                case HtmlPlace.Value:
                    state = c == state.Quote ? new HtmlState(HtmlPlace.Tag, state.Tag)
                        : c is '?' or '#' ? state with { Url = UrlPart.Query }
                        : state.Url == UrlPart.Start && !white ? state with { Url = UrlPart.Path }
                        : state;
                    break;
                case HtmlPlace.UnquotedValue:
                    state = c == '>' ? Close(state) : white ? new HtmlState(HtmlPlace.Tag, state.Tag) : state;
                    break;
                case HtmlPlace.Comment:
                    if (c == '-' && text[i..].StartsWith("-->", StringComparison.Ordinal))
                    {
                        i += 2;
                        state = new HtmlState(HtmlPlace.Text);
                    }

                    break;
                case HtmlPlace.Bogus:
                    state = c == '>' ? new HtmlState(HtmlPlace.Text) : state;
                    break;
                default:
                    var end = state.Place == HtmlPlace.Script ? "</script" : "</style";
                    if (c == '<' && text[i..].StartsWith(end, StringComparison.OrdinalIgnoreCase))
                    {
                        i += end.Length - 1;
                        state = new HtmlState(HtmlPlace.Tag, "/" + end[2..]);
                    }

                    break;
            }
        }

        return state;
    }

    private static HtmlState Open(HtmlState state, ReadOnlySpan<char> text, ref int i)
    {
        var rest = text[i..];
        // Conditional comments of Outlook hold HTML that Outlook reads: what stands in them is escaped as such.
        if (rest.StartsWith("<!--[if", StringComparison.OrdinalIgnoreCase) || rest.StartsWith("<!--<![", StringComparison.Ordinal))
        {
            i += 3;
            return new HtmlState(HtmlPlace.Bogus);
        }

        if (rest.StartsWith("<!--", StringComparison.Ordinal))
        {
            i += 3;
            return new HtmlState(HtmlPlace.Comment);
        }

        if (rest.StartsWith("<!", StringComparison.Ordinal) || rest.StartsWith("<?", StringComparison.Ordinal))
        {
            i++;
            return new HtmlState(HtmlPlace.Bogus);
        }

        return rest.Length > 1 && (char.IsAsciiLetter(rest[1]) || rest[1] == '/') || rest.Length == 1 ? new HtmlState(HtmlPlace.TagName) : state;
    }

    private static HtmlState Close(HtmlState state) => new(state.Tag switch
    {
        "script" => HtmlPlace.Script,
        "style" => HtmlPlace.Style,
        _ => HtmlPlace.Text,
    });

    private static AttributeKind KindOf(string name) => name switch
    {
        "style" => AttributeKind.Style,
        _ when name.StartsWith("on", StringComparison.Ordinal) => AttributeKind.Event,
        _ when s_urls.Contains(name) => AttributeKind.Url,
        _ => AttributeKind.Plain,
    };
}
