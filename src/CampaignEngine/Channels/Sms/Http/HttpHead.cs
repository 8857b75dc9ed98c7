using System.Globalization;
using System.Text;

namespace CampaignEngine.Channels.Sms.Http;

/// <summary>Start line and headers of an HTTP/1.1 message.</summary>
internal sealed class HttpHead
{
    private const int MostHeaders = 100;
    private readonly List<(string Name, string Value)> _headers = [];

    private HttpHead(string start) => Start = start;

    /// <summary>Request line or status line.</summary>
    public string Start { get; }

    /// <summary>Bytes of the body; null where no length is given.</summary>
    public long? ContentLength { get; private set; }

    public bool IsChunked { get; private set; }

    /// <summary>The connection ends with this message.</summary>
    public bool Closes { get; private set; }

    /// <summary>First value of a header, letter case aside; null where it is not there.</summary>
    public string? Find(string name)
    {
        foreach (var header in _headers)
        {
            if (header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return header.Value;
            }
        }

        return null;
    }

    /// <summary>Reads a head without its empty line.</summary>
    /// <exception cref="HttpFormatException">It is none, or says two things about its length.</exception>
    public static HttpHead Parse(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes).Split('\n');
        var head = new HttpHead(text[0].TrimEnd('\r'));
        if (text.Length - 1 > MostHeaders)
        {
            throw new HttpFormatException("too many headers");
        }

        foreach (var line in text.AsSpan(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || line.AsSpan(0, colon).ContainsAny(' ', '\t'))
            {
                throw new HttpFormatException("a header without a name");
            }

            head._headers.Add((line[..colon], line[(colon + 1)..].Trim()));
        }

        head.ReadFraming();
        return head;
    }

    private void ReadFraming()
    {
        foreach (var (name, value) in _headers)
        {
            if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || (ContentLength is { } other && other != length))
                {
                    throw new HttpFormatException("a length that is none");
                }

                ContentLength = length;
            }
            else if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                IsChunked = value.Equals("chunked", StringComparison.OrdinalIgnoreCase) ? true : throw new HttpFormatException("a transfer encoding that is not understood");
            }
            else if (name.Equals("Connection", StringComparison.OrdinalIgnoreCase))
            {
                Closes |= value.Contains("close", StringComparison.OrdinalIgnoreCase);
            }
        }

        if (IsChunked && ContentLength is not null)
        {
            throw new HttpFormatException("both a length and a transfer encoding");
        }

        Closes |= Start.Contains("HTTP/1.0", StringComparison.Ordinal);
    }
}

/// <summary>The other side does not speak HTTP as it should.</summary>
internal sealed class HttpFormatException(string what) : IOException(what);
