namespace CampaignEngine.Mail.Composing;

/// <summary>What kept a message from being composed.</summary>
public enum ComposeFaultKind
{
    /// <summary>A control character, CR, LF, NUL or Unicode line separator in a header.</summary>
    ControlCharacter,
    /// <summary>Half of a surrogate pair in a header.</summary>
    DamagedText,
    /// <summary>An address that was never parsed.</summary>
    NoAddress,
    /// <summary>The Message-ID is not of the form left@right.</summary>
    MessageId,
    /// <summary>The header name is not printable ASCII without colon.</summary>
    HeaderName,
    /// <summary>The composer writes this header itself.</summary>
    ReservedHeader,
    /// <summary>Text that is not ASCII in a header that takes ASCII only.</summary>
    NotAscii,
    /// <summary>A word of more than 900 characters: its line could pass the 998 that SMTP allows.</summary>
    LineTooLong,
    /// <summary>Neither text nor HTML.</summary>
    NoBody,
}

/// <summary>A message that must not go out, and why. Nothing was written.</summary>
/// <param name="Kind">For decisions.</param>
/// <param name="Header">The header at fault; "body" for the body.</param>
/// <param name="Text">One sentence: header, fault, fix. Never holds the value itself.</param>
public sealed record ComposeFault(ComposeFaultKind Kind, string Header, string Text)
{
    internal static ComposeFault Of(ComposeFaultKind kind, string header) => new(kind, header, kind switch
    {
        ComposeFaultKind.ControlCharacter => $"header {header} holds a control character or line break; remove it from the data",
        ComposeFaultKind.DamagedText => $"header {header} holds half a character; check the encoding of the data",
        ComposeFaultKind.NoAddress => $"header {header} has no address",
        ComposeFaultKind.MessageId => $"header {header} must be of the form left@right in ASCII without spaces",
        ComposeFaultKind.HeaderName => "a header name must be printable ASCII without a colon",
        ComposeFaultKind.ReservedHeader => $"header {header} is written by the composer; leave it out",
        ComposeFaultKind.NotAscii => $"header {header} must be ASCII; encode its links",
        ComposeFaultKind.LineTooLong => $"header {header} has more than 900 characters without a space; shorten its links",
        ComposeFaultKind.NoBody => "the message has neither text nor HTML",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    });
}
