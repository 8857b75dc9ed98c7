namespace CampaignEngine.Templating.Html;

internal enum HtmlPlace : byte
{
    Text,
    TagName,
    Tag,
    AttributeName,
    AfterAttributeName,
    BeforeValue,
    Value,
    UnquotedValue,
    Comment,
    Bogus,
    Script,
    Style,
}

internal enum AttributeKind : byte
{
    Plain,
    Url,
    Style,
    Event,
}

internal enum UrlPart : byte
{
    Start,
    Path,
    Query,
}

/// <summary>Where a reader of the HTML is after the text so far.</summary>
internal readonly record struct HtmlState(HtmlPlace Place, string Tag = "", AttributeKind Attribute = AttributeKind.Plain, char Quote = '\0', UrlPart Url = UrlPart.Start)
{
    public HtmlContext Context => Place switch
    {
        HtmlPlace.Text => HtmlContext.Text,
        HtmlPlace.Comment => HtmlContext.Comment,
        HtmlPlace.Value => Attribute switch
        {
            AttributeKind.Plain => HtmlContext.Attribute,
            AttributeKind.Url => Url switch { UrlPart.Start => HtmlContext.UrlStart, UrlPart.Path => HtmlContext.UrlPath, _ => HtmlContext.UrlQuery },
            AttributeKind.Style => HtmlContext.Style,
            _ => HtmlContext.Refused,
        },
        _ => HtmlContext.Refused,
    };

    /// <summary>The state after a value was printed here.</summary>
    public HtmlState AfterValue => Place switch
    {
        HtmlPlace.Value when Url == UrlPart.Start => this with { Url = UrlPart.Path },
        HtmlPlace.BeforeValue => this with { Place = HtmlPlace.UnquotedValue },
        _ => this,
    };

    /// <summary>One state for two ways to the same point; null when they are not the same place of the HTML.</summary>
    public static HtmlState? Join(HtmlState a, HtmlState b)
    {
        if (a == b)
        {
            return a;
        }

        if (a with { Url = b.Url } != b)
        {
            return null;
        }

        // At the start a scheme could come: that check wins; between path and query the stricter escaping wins.
        return a with { Url = a.Url == UrlPart.Start || b.Url == UrlPart.Start ? UrlPart.Start : UrlPart.Query };
    }

    public string Describe() => Place switch
    {
        HtmlPlace.Text => "between tags",
        HtmlPlace.Value when Attribute == AttributeKind.Event => "in a script attribute",
        HtmlPlace.Value => "in an attribute value",
        HtmlPlace.UnquotedValue or HtmlPlace.BeforeValue => "in an attribute without quotes",
        HtmlPlace.Comment => "in a comment",
        HtmlPlace.Script => "inside <script>",
        HtmlPlace.Style => "inside <style>",
        HtmlPlace.Bogus => "inside <! ... >",
        _ => "inside a tag",
    };
}
