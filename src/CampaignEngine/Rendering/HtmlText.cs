using System.Buffers;
using System.Text;
using CampaignEngine.Rendering.TextParts;

namespace CampaignEngine.Rendering;

/// <summary>The text part of finished HTML: its words in reading order, links with their targets.</summary>
public static class HtmlText
{
    public static void Write(ReadOnlySpan<byte> html, IBufferWriter<byte> output) => Set(Encoding.UTF8.GetString(html), output);

    public static string Of(string html)
    {
        var output = new ArrayBufferWriter<byte>(html.Length + 16);
        Set(html, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static void Set(string html, IBufferWriter<byte> output) => TextLayout.Write(Encoding.UTF8.GetBytes(TextPart.OfPage(html)), output);
}
