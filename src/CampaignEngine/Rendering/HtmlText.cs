using System.Buffers;
using System.Text;
using CampaignEngine.Rendering.TextParts;

namespace CampaignEngine.Rendering;

/// <summary>The text part of finished HTML: its words in reading order, links with their targets.</summary>
public static class HtmlText
{
    public static void Write(ReadOnlySpan<byte> html, IBufferWriter<byte> output) =>
        TextLayout.Write(Encoding.UTF8.GetBytes(TextPart.OfPage(Encoding.UTF8.GetString(html))), output);
}
