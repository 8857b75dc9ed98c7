using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace CampaignEngine.Mail.Addresses;

/// <summary>
/// An e-mail address that is safe to put on the wire: dot-atom local part as written, domain in lower case and punycode. Only
/// <see cref="TryParse"/> makes one, so that no other text can reach an SMTP command or a header.
/// </summary>
/// <remarks>
/// Stricter than RFC 5322 on purpose. Comments, folding white space, quoted local parts and address literals are legal and no
/// subscriber has them; accepting them only opens doors. White space around the address is dropped, inside it is a fault.
/// A domain without a dot is accepted: it is valid, and internal relays use it.
/// </remarks>
public readonly record struct EmailAddress
{
    private const int LongestLocalPart = 64;
    private const int LongestLabel = 63;
    private const int LongestAddress = 254;

    // RFC 5322 3.2.3 atext, without the dot.
    private const string AtomSpecials = "!#$%&'*+-/=?^_`{|}~";
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static readonly SearchValues<char> Atom = SearchValues.Create(Letters + AtomSpecials);
    private static readonly SearchValues<char> AtomAndDot = SearchValues.Create(Letters + AtomSpecials + ".");
    private static readonly SearchValues<char> HostCharacters = SearchValues.Create(Letters + "-.");
    private static readonly SearchValues<char> Capitals = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    private readonly string? _text;
    private readonly int _at;

    private EmailAddress(string text, int at, bool needsSmtpUtf8)
    {
        _text = text;
        _at = at;
        NeedsSmtpUtf8 = needsSmtpUtf8;
    }

    /// <summary>The address as it goes on the wire. Empty for <c>default</c>.</summary>
    public string Text => _text ?? "";

    /// <summary>The part before the @ sign, as written.</summary>
    public ReadOnlySpan<char> LocalPart => Text.AsSpan(0, _at);

    /// <summary>The part after the @ sign, lower case, punycode where international.</summary>
    public ReadOnlySpan<char> Domain => _text is null ? default : _text.AsSpan(_at + 1);

    /// <summary>The local part is not ASCII: only a relay that offers SMTPUTF8 can carry the message.</summary>
    public bool NeedsSmtpUtf8 { get; }

    /// <summary><c>default</c>: not an address.</summary>
    public bool IsEmpty => _text is null;

    /// <summary>The address in lower case: equal for all spellings that certainly are one mailbox.</summary>
    public string Key => NormalisedKey(AddressRules.Plain);

    public override string ToString() => Text;

    /// <summary>Reads one bare address (no display name). On false <paramref name="fault"/> says why.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out EmailAddress address, out AddressFault fault)
    {
        address = default;
        var trimmed = Trim(text);
        if (trimmed.IsEmpty)
        {
            fault = AddressFault.Empty;
            return false;
        }

        var at = trimmed.LastIndexOf('@');
        fault = at < 0 ? WithoutAtSign(trimmed) : at == 0 ? AddressFault.NoLocalPart : CheckLocalPart(trimmed[..at]);
        if (fault != AddressFault.None)
        {
            return false;
        }

        var domain = trimmed[(at + 1)..];
        var wireDomain = default(string);
        if (!Ascii.IsValid(domain) || domain.Contains("xn--", StringComparison.OrdinalIgnoreCase))
        {
            fault = ToPunycode(domain, out wireDomain);
            domain = wireDomain;
        }

        fault = fault == AddressFault.None ? CheckDomain(domain) : fault;
        var utf8 = !Ascii.IsValid(trimmed[..at]);
        var octets = (utf8 ? Encoding.UTF8.GetByteCount(trimmed[..at]) : at) + 1 + domain.Length;
        fault = fault == AddressFault.None && octets > LongestAddress ? AddressFault.TooLong : fault;
        if (fault != AddressFault.None)
        {
            return false;
        }

        address = new EmailAddress(Assemble(text!, trimmed, at, domain), at, utf8);
        return true;
    }

    /// <summary>
    /// The text that is equal for all addresses that the rules call one mailbox. Allocates nothing when the address already is its own key.
    /// </summary>
    public string NormalisedKey(AddressRules rules)
    {
        var local = LocalPart;
        if (!rules.Any || !rules.TryFindSpelling(Domain, out var spelling))
        {
            return NeedsSmtpUtf8 ? FoldUnicode(Text) : local.ContainsAny(Capitals) ? Text.ToLowerInvariant() : Text;
        }

        var folded = NeedsSmtpUtf8 ? FoldUnicode(local.ToString()) : local.ToString().ToLowerInvariant();
        if (rules.IgnorePlusTags && spelling!.IgnoresPlusTags && folded.IndexOf('+') is > 0 and var plus)
        {
            folded = folded[..plus];
        }

        if (rules.IgnoreDots && spelling!.IgnoresDots)
        {
            folded = folded.Replace(".", "", StringComparison.Ordinal);
        }

        return string.Concat(folded, "@", spelling!.OneMailboxOverDomains ? spelling.Domains[0] : Domain);
    }

    // Lists carry no-break spaces, byte order marks and zero-width spaces from web pages and spreadsheets around the address.
    private static ReadOnlySpan<char> Trim(string? text)
    {
        var span = text.AsSpan();
        while (!span.IsEmpty && IsOuterSpace(span[0]))
        {
            span = span[1..];
        }

        while (!span.IsEmpty && IsOuterSpace(span[^1]))
        {
            span = span[..^1];
        }

        return span;
    }

    private static bool IsOuterSpace(char c) =>
        c is ' ' or '\t' || (c > '\x9f' && (c is '\ufeff' or '\u200b' || char.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator));

    private static AddressFault WithoutAtSign(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c))
            {
                return AddressFault.ControlCharacter;
            }
        }

        return AddressFault.NoAtSign;
    }

    private static AddressFault CheckLocalPart(ReadOnlySpan<char> local)
    {
        if (local.ContainsAnyExcept(AtomAndDot))
        {
            var fault = CheckUnusualLocalPart(local);
            if (fault != AddressFault.None)
            {
                return fault;
            }
        }
        else if (local.Length > LongestLocalPart)
        {
            return AddressFault.LocalPartTooLong;
        }

        return local[0] == '.' || local[^1] == '.' || local.IndexOf("..", StringComparison.Ordinal) >= 0 ? AddressFault.MisplacedDot : AddressFault.None;
    }

    private static AddressFault CheckUnusualLocalPart(ReadOnlySpan<char> local)
    {
        var rest = local;
        var octets = 0;
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var used) != OperationStatus.Done)
            {
                return AddressFault.DamagedText;
            }

            var fault = rune.IsAscii ? CheckAscii((char)rune.Value) : CheckNonAscii(rune);
            if (fault != AddressFault.None)
            {
                return fault;
            }

            octets += rune.Utf8SequenceLength;
            rest = rest[used..];
        }

        return octets > LongestLocalPart ? AddressFault.LocalPartTooLong : AddressFault.None;
    }

    private static AddressFault CheckAscii(char c) => c switch
    {
        '.' => AddressFault.None,
        '"' => AddressFault.QuotedLocalPart,
        '(' or ')' => AddressFault.Comment,
        < ' ' or '\x7f' => AddressFault.ControlCharacter,
        _ => Atom.Contains(c) ? AddressFault.None : AddressFault.LocalPartCharacter,
    };

    private static AddressFault CheckNonAscii(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            => AddressFault.ControlCharacter,
        UnicodeCategory.SpaceSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse => AddressFault.LocalPartCharacter,
        _ => AddressFault.None,
    };

    private static AddressFault CheckDomain(ReadOnlySpan<char> domain)
    {
        if (domain.IsEmpty)
        {
            return AddressFault.NoDomain;
        }

        if (domain.IndexOfAnyExcept(HostCharacters) is >= 0 and var odd)
        {
            return domain[odd] switch
            {
                '[' when odd == 0 => AddressFault.AddressLiteral,
                '(' or ')' => AddressFault.Comment,
                < ' ' or '\x7f' => AddressFault.ControlCharacter,
                _ => AddressFault.DomainCharacter,
            };
        }

        if (domain.Length > LongestAddress)
        {
            return AddressFault.TooLong;
        }

        while (true)
        {
            var dot = domain.IndexOf('.');
            var label = dot < 0 ? domain : domain[..dot];
            var fault = label.IsEmpty ? AddressFault.EmptyLabel
                : label.Length > LongestLabel ? AddressFault.LabelTooLong
                : label[0] == '-' || label[^1] == '-' ? AddressFault.MisplacedHyphen
                : dot < 0 && char.IsAsciiDigit(label[0]) && !label.ContainsAnyExceptInRange('0', '9') ? AddressFault.NumericTopLevel
                : AddressFault.None;
            if (fault != AddressFault.None || dot < 0)
            {
                return fault;
            }

            domain = domain[(dot + 1)..];
        }
    }

    private static AddressFault ToPunycode(ReadOnlySpan<char> domain, out string? wire)
    {
        wire = null;
        foreach (var c in domain)
        {
            if (char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                return AddressFault.ControlCharacter;
            }
        }

        // IdnMapping reports a bad name by an exception only; the length bound keeps it from working on nonsense.
        if (domain.IsEmpty || domain.Length > LongestAddress)
        {
            return AddressFault.TooLong;
        }

        try
        {
            wire = Idn.GetAscii(domain.ToString().ToLowerInvariant()).ToLowerInvariant();
            // A punycode label that is not what its own Unicode form encodes to would be a second key for one domain.
            return Idn.GetAscii(Idn.GetUnicode(wire)) == wire ? AddressFault.None : AddressFault.InternationalDomain;
        }
        catch (ArgumentException)
        {
            return AddressFault.InternationalDomain;
        }
    }

    private static string Assemble(string text, ReadOnlySpan<char> trimmed, int at, ReadOnlySpan<char> domain)
    {
        if (trimmed.Length == text.Length && trimmed[(at + 1)..] == domain && !domain.ContainsAny(Capitals))
        {
            return text;
        }

        return string.Create(at + 1 + domain.Length, new Parts(trimmed[..at], domain), static (to, parts) =>
        {
            parts.Local.CopyTo(to);
            to[parts.Local.Length] = '@';
            parts.Domain.ToLowerInvariant(to[(parts.Local.Length + 1)..]);
        });
    }

    private static string FoldUnicode(string text) => text.Normalize(NormalizationForm.FormC).ToLowerInvariant();

    private readonly ref struct Parts(ReadOnlySpan<char> local, ReadOnlySpan<char> domain)
    {
        public ReadOnlySpan<char> Local { get; } = local;

        public ReadOnlySpan<char> Domain { get; } = domain;
    }
}
