using System.Security.Cryptography;
using System.Text.Json.Serialization;
using CampaignEngine.Mail.Composing;

namespace CampaignEngine.Rendering.Images;

/// <summary>A picture of templates/images as a mailing keeps it.</summary>
/// <param name="Name">Path below templates/images, as templates write it behind <c>cid:</c>.</param>
/// <param name="ContentType">"image/png", "image/jpeg" or "image/gif".</param>
public sealed record MessageImage(string Name, string ContentType, byte[] Data)
{
    /// <summary>Unique by name and content, so that a mail program never shows the picture of another message.</summary>
    [JsonIgnore]
    public string ContentId => $"{Convert.ToHexStringLower(SHA256.HashData(Data).AsSpan(0, 8))}.{Name.Replace('/', '-')}@inline";

    /// <summary>The HTML with its pictures in it, for a browser, which knows no content ids.</summary>
    public static string Embed(string html, IEnumerable<MessageImage> images) => images.Aggregate(html, (text, image) =>
        text.Replace($"cid:{image.ContentId}", $"data:{image.ContentType};base64,{Convert.ToBase64String(image.Data)}", StringComparison.Ordinal));

    public InlineImage ToPart() => new(ContentId, ContentType, Path.GetFileName(Name), Data);
}
