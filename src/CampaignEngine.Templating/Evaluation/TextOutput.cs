using System.Text;

namespace CampaignEngine.Templating.Evaluation;

/// <summary>What a rendering writes: the page itself, a capture or an include.</summary>
internal sealed class TextOutput
{
    private readonly StringBuilder _text = new();

    public long Bytes { get; private set; }

    public void Write(ReadOnlySpan<char> text)
    {
        _text.Append(text);
        Bytes += Encoding.UTF8.GetByteCount(text);
    }

    public override string ToString() => _text.ToString();
}
