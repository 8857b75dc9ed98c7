using System.Buffers.Text;
using System.Text;

namespace CampaignEngine.Mail.Composing;

/// <summary>A picture inside a message, encoded once for all messages that carry it.</summary>
public sealed class InlineImage
{
    private const int LineLength = 76;
    private readonly byte[] _part;

    /// <param name="contentId">Without angle brackets: <c>left@right</c>, in ASCII without spaces.</param>
    /// <param name="contentType">"image/png".</param>
    /// <param name="fileName">Letters, digits, dots, dashes and underscores.</param>
    /// <exception cref="ArgumentException">A text cannot stand in its header.</exception>
    public InlineImage(string contentId, string contentType, string fileName, ReadOnlySpan<byte> data)
    {
        if (!HeaderText.IsMessageId(contentId))
        {
            throw new ArgumentException($"'{contentId}' is no content id; write left@right", nameof(contentId));
        }

        foreach (var text in new[] { contentType, fileName })
        {
            if (text.Length == 0 || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or '+'))
            {
                throw new ArgumentException($"'{text}' cannot stand in a header of the picture", nameof(contentType));
            }
        }

        var head = Encoding.ASCII.GetBytes(
            $"Content-Type: {contentType}; name=\"{fileName}\"\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <{contentId}>\r\nContent-Disposition: inline; filename=\"{fileName}\"\r\n\r\n");
        var encoded = new byte[Base64.GetMaxEncodedToUtf8Length(data.Length)];
        Base64.EncodeToUtf8(data, encoded, out _, out var length);
        using var part = new MemoryStream(head.Length + length + (length / LineLength * 2) + 2);
        part.Write(head);
        for (var at = 0; at < length; at += LineLength)
        {
            part.Write(encoded.AsSpan(at, Math.Min(LineLength, length - at)));
            part.Write("\r\n"u8);
        }

        _part = part.ToArray();
    }

    /// <summary>Headers and body, each line with its end.</summary>
    internal ReadOnlySpan<byte> Part => _part;
}
