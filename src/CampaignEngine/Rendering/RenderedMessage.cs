using System.Buffers;

namespace CampaignEngine.Rendering;

/// <summary>A rendered message in buffers that are used again for the next one. Used by one thread at a time.</summary>
public sealed class RenderedMessage
{
    /// <summary>Without line breaks and control characters; empty on channels without one.</summary>
    public string Subject { get; internal set; } = "";

    /// <summary>UTF-8; empty when the template has no HTML part.</summary>
    public ReadOnlyMemory<byte> Html => HtmlBuffer.WrittenMemory;

    /// <summary>UTF-8; made from the HTML when the template has no text part.</summary>
    public ReadOnlyMemory<byte> Text => TextBuffer.WrittenMemory;

    /// <summary>Address of the unsubscribe page of this message; null for service messages.</summary>
    public string? UnsubscribeUrl { get; internal set; }

    /// <summary>A text part that would be made from the HTML is left out: it cannot fail, and a proof has no use for it.</summary>
    internal bool WithoutDerivedText { get; init; }

    internal ArrayBufferWriter<byte> HtmlBuffer { get; } = new(16 * 1024);

    internal ArrayBufferWriter<byte> TextBuffer { get; } = new(4 * 1024);

    /// <summary>Text with marks, on its way to <see cref="TextBuffer"/>.</summary>
    internal ArrayBufferWriter<byte> MarkedBuffer { get; } = new(4 * 1024);

    internal void Clear()
    {
        (Subject, UnsubscribeUrl) = ("", null);
        HtmlBuffer.ResetWrittenCount();
        TextBuffer.ResetWrittenCount();
        MarkedBuffer.ResetWrittenCount();
    }
}
