namespace CampaignEngine.Mail.Addresses;

/// <summary>Why a text is not taken as an e-mail address for marketing. <see cref="AddressFaults.Explain"/> gives the sentence for reports.</summary>
public enum AddressFault
{
    /// <summary>No fault.</summary>
    None,
    /// <summary>Nothing but white space.</summary>
    Empty,
    /// <summary>A control character (CR, LF, NUL, tab inside, DEL...) or an invisible formatting character.</summary>
    ControlCharacter,
    /// <summary>Half of a surrogate pair: the text is damaged.</summary>
    DamagedText,
    /// <summary>No @ sign.</summary>
    NoAtSign,
    /// <summary>Nothing before the @ sign.</summary>
    NoLocalPart,
    /// <summary>More than 64 octets before the @ sign (RFC 5321 4.5.3.1.1).</summary>
    LocalPartTooLong,
    /// <summary>The part before the @ sign starts or ends with a dot, or has two in a row.</summary>
    MisplacedDot,
    /// <summary>A character before the @ sign that needs quoting.</summary>
    LocalPartCharacter,
    /// <summary>A quoted local part: legal in RFC 5321, refused here.</summary>
    QuotedLocalPart,
    /// <summary>A comment in parentheses: legal in a header, never in an address list.</summary>
    Comment,
    /// <summary>Nothing after the @ sign.</summary>
    NoDomain,
    /// <summary>An IP address in brackets instead of a domain: legal in RFC 5321, refused here.</summary>
    AddressLiteral,
    /// <summary>A character that no host name has.</summary>
    DomainCharacter,
    /// <summary>The domain starts or ends with a dot, or has two in a row.</summary>
    EmptyLabel,
    /// <summary>A part of the domain has more than 63 characters.</summary>
    LabelTooLong,
    /// <summary>A part of the domain starts or ends with a hyphen.</summary>
    MisplacedHyphen,
    /// <summary>The last part of the domain is a number: an IP address without brackets.</summary>
    NumericTopLevel,
    /// <summary>Not a valid international domain name (IDNA).</summary>
    InternationalDomain,
    /// <summary>More than 254 octets in all (RFC 5321 4.5.3.1.3 less the angle brackets).</summary>
    TooLong,
}

/// <summary>Sentences for <see cref="AddressFault"/>: fault and fix, without the address itself.</summary>
public static class AddressFaults
{
    public static string Explain(this AddressFault fault) => fault switch
    {
        AddressFault.None => "the address is fine",
        AddressFault.Empty => "the address is empty",
        AddressFault.ControlCharacter => "the address holds a control or invisible character; remove it",
        AddressFault.DamagedText => "the address holds half a character; check the file's encoding",
        AddressFault.NoAtSign => "the address has no @ sign",
        AddressFault.NoLocalPart => "nothing stands before the @ sign",
        AddressFault.LocalPartTooLong => "more than 64 characters stand before the @ sign",
        AddressFault.MisplacedDot => "a dot stands at the start or end of the part before the @ sign, or next to another dot",
        AddressFault.LocalPartCharacter => "a character before the @ sign is not allowed there",
        AddressFault.QuotedLocalPart => "quoted local parts are not accepted; give an address without quotation marks",
        AddressFault.Comment => "comments in parentheses are not accepted; give the bare address",
        AddressFault.NoDomain => "nothing stands after the @ sign",
        AddressFault.AddressLiteral => "an IP address in brackets is not accepted; give a domain",
        AddressFault.DomainCharacter => "a character after the @ sign is not allowed in a domain",
        AddressFault.EmptyLabel => "the domain starts or ends with a dot, or has two dots in a row",
        AddressFault.LabelTooLong => "a part of the domain has more than 63 characters",
        AddressFault.MisplacedHyphen => "a part of the domain starts or ends with a hyphen",
        AddressFault.NumericTopLevel => "the domain ends in a number",
        AddressFault.InternationalDomain => "the domain is not a valid international domain name",
        AddressFault.TooLong => "the address has more than 254 characters",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
    };
}
