namespace CampaignEngine.Templating.Syntax;

/// <summary>The text of one template with its path: turns offsets into lines and columns.</summary>
internal sealed class SourceText
{
    private readonly List<int> _lineStarts = [0];

    public SourceText(string text, string? path)
    {
        Text = text;
        Path = path;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
            {
                _lineStarts.Add(i + 1);
            }
        }
    }

    public string Text { get; }

    public string? Path { get; }

    /// <summary>Line and column, both from 1, of an offset. Columns count UTF-16 units, as editors do.</summary>
    public (int Line, int Column) Place(int offset)
    {
        offset = Math.Clamp(offset, 0, Text.Length);
        var index = _lineStarts.BinarySearch(offset);
        var line = index >= 0 ? index : ~index - 1;
        return (line + 1, offset - _lineStarts[line] + 1);
    }

    public TemplateMessage Message(int offset, Severity severity, string code, string text)
    {
        var (line, column) = Place(offset);
        return new TemplateMessage(Path, line, column, severity, code, text);
    }
}
