using System.Buffers.Text;
using System.Text;

namespace CampaignEngine.Mail.Composing;

/// <summary>Parts that are the same in every message that carries them: headers and base64 body, written once.</summary>
internal static class EncodedPart
{
    private const int LineLength = 76;

    /// <param name="head">The part's headers, each with its line end.</param>
    /// <returns>Headers and body, each line with its end.</returns>
    public static byte[] Of(string head, ReadOnlySpan<byte> data)
    {
        var headers = Encoding.ASCII.GetBytes(head + "Content-Transfer-Encoding: base64\r\n\r\n");
        var encoded = new byte[Base64.GetMaxEncodedToUtf8Length(data.Length)];
        Base64.EncodeToUtf8(data, encoded, out _, out var length);
        using var part = new MemoryStream(headers.Length + length + (length / LineLength * 2) + 2);
        part.Write(headers);
        for (var at = 0; at < length; at += LineLength)
        {
            part.Write(encoded.AsSpan(at, Math.Min(LineLength, length - at)));
            part.Write("\r\n"u8);
        }

        return part.ToArray();
    }

    /// <summary>"image/png": two words of letters, digits, dots, dashes and plus signs.</summary>
    public static void RequireType(string contentType)
    {
        if (contentType.Split('/') is not [{ Length: > 0 }, { Length: > 0 }] || !contentType.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+' or '/'))
        {
            throw new ArgumentException($"'{contentType}' is no content type; write for example application/pdf", nameof(contentType));
        }
    }
}
