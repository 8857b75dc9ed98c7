using System.Text;
using CampaignEngine.Mail.Composing;

namespace CampaignEngine.Mail.Receiving;

/// <summary>One leaf of a message: a text, a report, an attached message, a file.</summary>
public sealed class MailPart
{
    private readonly ContentType _type;
    private readonly int _longest;

    internal MailPart(IReadOnlyList<MessageHeader> headers, ReadOnlyMemory<byte> body, int depth, int longest)
    {
        (Headers, Body, Depth, _longest) = (headers, body, depth, longest);
        _type = new ContentType(HeaderReader.Find(headers, "Content-Type"));
    }

    public IReadOnlyList<MessageHeader> Headers { get; }

    /// <summary>As it was transferred.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Multiparts around it; 0: the message itself.</summary>
    public int Depth { get; }

    /// <summary>True when the type is this, or starts with it when it ends in a slash; a part without a type is text/plain (RFC 2045 5.2).</summary>
    public bool Is(string type) => _type.IsEmpty ? type is "text/plain" or "text/" : _type.Is(type);

    /// <summary>The content, transfer encoding and character set undone; cut at <see cref="MailReaderLimits.LargestText"/>.</summary>
    public string Text() => Charsets.Decode(_type.Parameter("charset"), Content());

    /// <summary>The content, transfer encoding undone; cut at <see cref="MailReaderLimits.LargestText"/>.</summary>
    public ReadOnlySpan<byte> Content()
    {
        var body = Body.Span[..Math.Min(Body.Length, _longest)];
        return (HeaderReader.Find(Headers, "Content-Transfer-Encoding") ?? "").Trim().ToUpperInvariant() switch
        {
            "QUOTED-PRINTABLE" => TransferDecoder.QuotedPrintable(body),
            "BASE64" => TransferDecoder.Base64(body),
            _ => body,
        };
    }

    internal bool IsCut => Body.Length > _longest;
}

/// <summary>
/// A message taken apart into its leaves, in order. Takes any bytes: what is no mail gives one text, never an exception; a message whose line ends are all
/// CR is read as if they were line ends.
/// </summary>
public sealed class MailParts
{
    private const int LongestDelimiter = 200;
    private const int LongestPreamble = 8;
    private static readonly MailReaderLimits Usual = new();
    private readonly MailReaderLimits _limits;
    private readonly List<MailPart> _parts = [];
    private bool _complete = true;
    private int _seen;

    private MailParts(MailReaderLimits limits) => _limits = limits;

    /// <summary>Of the message, raw: encoded words are not decoded.</summary>
    public IReadOnlyList<MessageHeader> Headers { get; private set; } = [];

    public IReadOnlyList<MailPart> Parts => _parts;

    /// <summary>False when a limit or damage cut the reading short.</summary>
    public bool IsComplete => _complete;

    public static MailParts Read(ReadOnlyMemory<byte> message, MailReaderLimits? limits = null)
    {
        var parts = new MailParts(limits ?? Usual);
        if (!message.Span.Contains((byte)'\n') && message.Span.Contains((byte)'\r'))
        {
            var lines = message.ToArray();
            lines.AsSpan().Replace((byte)'\r', (byte)'\n');
            message = lines;
        }

        parts.Headers = HeaderReader.Read(message.Span, parts._limits.MostHeaders, decode: false, out var body, ref parts._complete);
        parts.Part(parts.Headers, message[body..], 0);
        return parts;
    }

    /// <summary>The first header of that name with its encoded words decoded; null when missing.</summary>
    public string? Header(string name) => HeaderReader.Find(Headers, name) is { } value ? EncodedWordReader.Decode(value) : null;

    /// <summary>The headers of a message within another, raw.</summary>
    public static List<MessageHeader> Headings(ReadOnlySpan<byte> message)
    {
        var complete = true;
        return HeaderReader.Read(message, Usual.MostHeaders, decode: false, out _, ref complete);
    }

    /// <summary>The first of these headers with that name, letter case aside; null when missing.</summary>
    public static string? Find(IReadOnlyList<MessageHeader> headers, string name) => HeaderReader.Find(headers, name);

    private void Part(IReadOnlyList<MessageHeader> headers, ReadOnlyMemory<byte> body, int depth)
    {
        if (++_seen > _limits.MostParts || depth > _limits.Depth)
        {
            _complete = false;
            return;
        }

        var type = new ContentType(HeaderReader.Find(headers, "Content-Type"));
        if ((type.Is("multipart/") && type.Parameter("boundary") is { Length: > 0 } written && Multipart(body, "--" + written, depth))
            || ((type.Is("multipart/") || (type.IsEmpty && depth == 0)) && Guess(body.Span) is { } guessed && Multipart(body, guessed, depth)))
        {
            return;
        }

        var part = new MailPart(headers, body, depth, _limits.LargestText);
        _complete &= !(part.IsCut && part.Is("text/"));
        _parts.Add(part);
    }

    /// <summary>The delimiter of a multipart whose Content-Type names a wrong one or none: the first line with two dashes that a header follows.</summary>
    private static string? Guess(ReadOnlySpan<byte> body)
    {
        var at = 0;
        for (var lines = 0; at < body.Length && lines < LongestPreamble; lines++)
        {
            var line = HeaderReader.NextLine(body, ref at);
            if (line.Length is > 4 and <= LongestDelimiter && line.StartsWith("--"u8) && System.Text.Ascii.EqualsIgnoreCase(body[at..Math.Min(body.Length, at + 8)], "Content-"u8))
            {
                return Encoding.UTF8.GetString(line.TrimEnd(" \t"u8));
            }
        }

        return null;
    }

    /// <summary>False, and nothing read, when the delimiter stands nowhere.</summary>
    private bool Multipart(ReadOnlyMemory<byte> body, string boundary, int depth)
    {
        var delimiter = Encoding.UTF8.GetBytes(boundary);
        var start = -1;
        var at = 0;
        while (at < body.Length)
        {
            var lineStart = at;
            var line = HeaderReader.NextLine(body.Span, ref at);
            if (!line.StartsWith(delimiter) || !(line.Length == delimiter.Length || line[delimiter.Length..].StartsWith("--"u8) || line[delimiter.Length] is (byte)' ' or (byte)'\t'))
            {
                continue;
            }

            if (start >= 0)
            {
                Entity(body[start..lineStart], depth);
            }

            start = at;
            if (line[delimiter.Length..].StartsWith("--"u8) || _seen > _limits.MostParts)
            {
                return true;
            }
        }

        // The closing line is missing: the message was cut.
        _complete = false;
        if (start >= 0)
        {
            Entity(body[start..], depth);
        }

        return start >= 0;
    }

    private void Entity(ReadOnlyMemory<byte> entity, int depth)
    {
        // The line end before the delimiter belongs to the delimiter (RFC 2046 5.1.1).
        entity = entity.Span.EndsWith("\r\n"u8) ? entity[..^2] : entity.Span.EndsWith("\n"u8) ? entity[..^1] : entity;
        var headers = HeaderReader.Read(entity.Span, _limits.MostHeaders, decode: false, out var body, ref _complete);
        Part(headers, entity[body..], depth + 1);
    }
}
