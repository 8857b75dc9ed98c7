namespace CampaignEngine.Mail.Composing;

/// <summary>A picture inside a message, encoded once for all messages that carry it.</summary>
public sealed class InlineImage
{
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

        EncodedPart.RequireType(contentType);
        if (fileName.Length == 0 || !fileName.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
        {
            throw new ArgumentException($"'{fileName}' cannot stand in a header of the picture", nameof(fileName));
        }

        _part = EncodedPart.Of(
            $"Content-Type: {contentType}; name=\"{fileName}\"\r\nContent-ID: <{contentId}>\r\nContent-Disposition: inline; filename=\"{fileName}\"\r\n", data);
    }

    /// <summary>Headers and body, each line with its end.</summary>
    internal ReadOnlySpan<byte> Part => _part;
}
