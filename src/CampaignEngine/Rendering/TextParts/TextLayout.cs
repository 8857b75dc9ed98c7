using System.Buffers;
using System.Globalization;
using System.Text;

namespace CampaignEngine.Rendering.TextParts;

/// <summary>
/// Sets rendered words and <see cref="TextMarks"/> as lines of at most 78 columns. Lines break between words only, so addresses and scripts
/// without spaces stay whole. Runs once over a message's text, from one buffer into another, without allocating.
/// </summary>
internal ref struct TextLayout
{
    public const int Columns = 78;
    private const int DeepestList = 8;
    private const int Block = 4096;

    private readonly IBufferWriter<byte> _output;
    private readonly Span<int> _counters;
    private Span<byte> _free;
    private int _used;
    private int _lists;
    private int _quotes;
    private int _breaks;
    private int _column;
    private int _widest;
    private int _hanging;
    private bool _space;
    private bool _cell;
    private bool _wrote;
    private bool _verbatim;

    private TextLayout(IBufferWriter<byte> output, Span<int> counters)
    {
        _output = output;
        _counters = counters;
    }

    /// <param name="marked">UTF-8 with marks.</param>
    public static void Write(ReadOnlySpan<byte> marked, IBufferWriter<byte> output)
    {
        Span<int> counters = stackalloc int[DeepestList];
        new TextLayout(output, counters).Run(marked);
    }

    private void Run(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            var b = text[0];
            if (b == TextMarks.Verbatim)
            {
                _verbatim = !_verbatim;
                _breaks = Math.Max(_breaks, 2);
                text = text[1..];
            }
            else if (_verbatim)
            {
                text = text[Line(text)..];
            }
            else if (b is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or (byte)'\v')
            {
                _space = true;
                text = text[1..];
            }
            else if (b < 0x20)
            {
                Mark((char)b);
                text = text[1..];
            }
            else if (PlainWords(text) is > 0 and var taken)
            {
                text = text[taken..];
            }
            else
            {
                var (length, width) = Word(text);
                if (length > 0)
                {
                    Put(text[..length], width);
                }
                else
                {
                    // A no-break space keeps no line together here: it is an ordinary one.
                    _space = true;
                    length = 2;
                }

                text = text[length..];
            }
        }

        if (_wrote)
        {
            Append("\n"u8);
        }

        _output.Advance(_used);
    }

    // Most of a text is ASCII words with one space between them: a line's worth is written at once. The last word is left for its end to be seen.
    private int PlainWords(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExceptInRange((byte)' ', (byte)'~');
        var run = end < 0 ? text : text[..end];
        run = run.IndexOf("  "u8) is >= 0 and var twice ? run[..twice] : run;
        var last = run.LastIndexOf((byte)' ');
        if (last < 0)
        {
            return 0;
        }

        var first = run.IndexOf((byte)' ');
        Put(run[..first], first);
        for (var rest = run[first..last]; !rest.IsEmpty;)
        {
            // The rest begins with the space in front of a word.
            var room = Columns - _column;
            var fitting = rest.Length <= room ? rest.Length : room > 0 ? rest[..(room + 1)].LastIndexOf((byte)' ') : 0;
            if (fitting > 0)
            {
                Raw(rest[..fitting], fitting);
                rest = rest[fitting..];
                continue;
            }

            NewLine();
            Indent();
            var word = rest[1..].IndexOf((byte)' ') is >= 0 and var next ? rest.Slice(1, next) : rest[1..];
            Raw(word, word.Length);
            rest = rest[(1 + word.Length)..];
        }

        _space = true;
        return last + 1;
    }

    private void Mark(char mark)
    {
        switch (mark)
        {
            case TextMarks.Line:
                Break(1);
                break;
            case TextMarks.Paragraph:
                Break(2);
                break;
            case TextMarks.Cell:
                _cell = true;
                break;
            case TextMarks.Bullets or TextMarks.Numbers:
                Break(_lists == 0 ? 2 : 1);
                if (_lists < DeepestList)
                {
                    _counters[_lists] = mark == TextMarks.Numbers ? 0 : -1;
                }

                _lists++;
                break;
            case TextMarks.ListEnd:
                _lists = Math.Max(0, _lists - 1);
                Break(_lists == 0 ? 2 : 1);
                break;
            case TextMarks.Item:
                Break(1);
                Item();
                break;
            case TextMarks.Title or TextMarks.Subtitle:
                Underline(mark == TextMarks.Title ? (byte)'=' : (byte)'-');
                break;
            case TextMarks.Quote:
                Break(2);
                _quotes++;
                break;
            case TextMarks.QuoteEnd:
                _quotes = Math.Max(0, _quotes - 1);
                Break(2);
                break;
        }
    }

    private void Break(int lines)
    {
        (_breaks, _space, _cell) = (Math.Max(_breaks, lines), false, false);
        if (_wrote)
        {
            _hanging = Math.Max(0, _lists - 1) * 2;
        }
    }

    private void Item()
    {
        var depth = Math.Clamp(_lists - 1, 0, DeepestList - 1);
        _hanging = depth * 2;
        Span<byte> sign = stackalloc byte[16];
        "- "u8.CopyTo(sign);
        var length = 2;
        if (_lists > 0 && _counters[depth] >= 0)
        {
            (++_counters[depth]).TryFormat(sign, out length, default, CultureInfo.InvariantCulture);
            sign[length++] = (byte)'.';
            sign[length++] = (byte)' ';
        }

        Start();
        Raw(sign[..length], length);
        _hanging += length;
        (_space, _cell) = (false, false);
    }

    private void Put(ReadOnlySpan<byte> word, int width)
    {
        if (_breaks > 0 || !_wrote)
        {
            Start();
        }
        else if (_cell && _column > _hanging)
        {
            Raw(" | "u8, 3);
        }
        else if (_space && _column > _hanging)
        {
            if (_column + 1 + width > Columns)
            {
                NewLine();
                Indent();
            }
            else
            {
                Raw(" "u8, 1);
            }
        }

        (_space, _cell) = (false, false);
        Raw(word, width);
    }

    private void Start()
    {
        if (_wrote)
        {
            for (var i = 0; i < Math.Min(_breaks, 2); i++)
            {
                NewLine();
            }

            _widest = 0;
        }

        _breaks = 0;
        Indent();
    }

    private void Indent()
    {
        for (var i = 0; i < Math.Min(_quotes, DeepestList); i++)
        {
            Raw("> "u8, 2);
        }

        for (var i = 0; i < _hanging; i++)
        {
            Raw(" "u8, 1);
        }

        _column = _hanging;
    }

    private void Underline(byte sign)
    {
        if (!_wrote || _breaks > 0 || _widest == 0)
        {
            return;
        }

        var width = Math.Min(_widest, Columns);
        NewLine();
        Reserve(width)[..width].Fill(sign);
        _used += width;
        _breaks = 2;
    }

    // One line of a verbatim text, or the part of it up to the closing mark.
    private int Line(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAny((byte)'\n', (byte)TextMarks.Verbatim);
        var line = (end < 0 ? text : text[..end]).TrimEnd("\r "u8);
        if (!line.IsEmpty)
        {
            Start();
            Raw(line, line.Length);
        }

        if (end >= 0 && text[end] == '\n')
        {
            _breaks = Math.Min(_breaks + 1, 2);
            return end + 1;
        }

        return end < 0 ? text.Length : end;
    }

    private void NewLine()
    {
        Append("\n"u8);
        _column = 0;
    }

    private void Raw(scoped ReadOnlySpan<byte> bytes, int width)
    {
        Append(bytes);
        _column += width;
        _widest = Math.Max(_widest, _column);
        _wrote = true;
    }

    private void Append(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _used += bytes.Length;
    }

    // As few calls on the buffer as possible: words are short.
    private Span<byte> Reserve(int length)
    {
        if (_free.Length - _used < length)
        {
            _output.Advance(_used);
            _free = _output.GetSpan(Math.Max(length, Block));
            _used = 0;
        }

        return _free[_used..];
    }

    /// <returns>Bytes up to the next space or mark, and their columns; nothing in front of a no-break space.</returns>
    private static (int Length, int Width) Word(ReadOnlySpan<byte> text)
    {
        var (length, width) = (0, 0);
        while (length < text.Length && text[length] > 0x20)
        {
            if (text[length] < 0x80)
            {
                (length, width) = (length + 1, width + 1);
                continue;
            }

            Rune.DecodeFromUtf8(text[length..], out var rune, out var taken);
            if (rune.Value == 0xA0)
            {
                break;
            }

            length += taken;
            width += WidthOf(rune);
        }

        return (length, width);
    }

    /// <summary>Columns of a sign on a terminal: East Asian wide signs and emoji take two, joining marks none.</summary>
    private static int WidthOf(Rune rune) => rune.Value switch
    {
        < 0x300 => 1,
        (>= 0x300 and <= 0x36F) or (>= 0x200B and <= 0x200F) or (>= 0xFE00 and <= 0xFE0F) => 0,
        (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
            or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD) => 2,
        _ => 1,
    };
}
