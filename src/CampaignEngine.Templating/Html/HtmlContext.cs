namespace CampaignEngine.Templating.Html;

/// <summary>Where a printed value stands in the HTML around it, and so how it is escaped.</summary>
internal enum HtmlContext : byte
{
    /// <summary>Not HTML: printed as it is.</summary>
    Plain,

    /// <summary>Between tags (also in title and textarea, where entities are read).</summary>
    Text,

    /// <summary>In a quoted attribute.</summary>
    Attribute,

    /// <summary>At the start of a URL attribute: the value brings the scheme.</summary>
    UrlStart,

    /// <summary>In the path of a URL attribute.</summary>
    UrlPath,

    /// <summary>After <c>?</c> or <c>#</c> of a URL attribute.</summary>
    UrlQuery,

    /// <summary>In a quoted style attribute: only plain values, no punctuation that could open another property.</summary>
    Style,

    /// <summary>Inside a comment: nothing may end it.</summary>
    Comment,

    /// <summary>A place where no escaping makes a value safe: reported when the template is parsed, refused when it is rendered.</summary>
    Refused,
}
