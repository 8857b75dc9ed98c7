using System.Buffers;
using System.Globalization;
using System.Text;
using CampaignEngine.Templating.Evaluation;
using CampaignEngine.Templating.Html;

namespace CampaignEngine.Templating.Compilation;

/// <summary>
/// The state of one rendering on the fast path: output, rows of the running loops, variables, and scratch memory for
/// texts made on the way. Kept and used again, so that a message costs no allocation once everything has its size.
/// </summary>
internal sealed class Frame
{
    private static readonly SearchValues<byte> s_special = SearchValues.Create("&<>\"'\0"u8);

    private byte[] _scratch = new byte[4096];
    private int _scratchUsed;
    private char[] _chars = new char[1024];
    private char[] _otherChars = new char[1024];

    public byte[] Output = new byte[16 * 1024];
    public int Length;
    public bool AfterNewLine;
    public Row[] Rows = [];
    public LoopSlot[] Loops = [];
    public VariableSlot[] Variables = [];
    public CultureInfo Culture = CultureInfo.InvariantCulture;
    public TimeZoneInfo Zone = TimeZoneInfo.Utc;
    public RenderLimits Limits = RenderLimits.Default;
    public CancellationToken Cancelled;
    public Signal Signal;
    public long Rounds;
    public long Started;
    public TemplateEnvironment Environment = null!;
    public HostValue[] HostValues = new HostValue[8];
    private int _hostValuesUsed;

    /// <summary>Runs the built-in and host functions that have no typed form here.</summary>
    public Interpreter Functions = null!;

    public struct LoopSlot
    {
        public int Index;
        public int Count;
        public bool Changed;
        public Num Element;
    }

    public struct VariableSlot
    {
        public bool IsSet;
        public byte[] Bytes;
        public int Start;
        public int Count;
        public Num Number;
        public bool Flag;
        public DateTime Date;
    }

    public void Begin(RenderLimits limits, CancellationToken cancelled)
    {
        Length = 0;
        AfterNewLine = false;
        _scratchUsed = 0;
        _hostValuesUsed = 0;
        Signal = Signal.None;
        Rounds = 0;
        Limits = limits;
        Cancelled = cancelled;
        Started = Environment.Clock.GetTimestamp();
        for (var i = 0; i < Variables.Length; i++)
        {
            Variables[i].IsSet = false;
        }
    }

    public void Unset(int[] variables)
    {
        foreach (var variable in variables)
        {
            Variables[variable].IsSet = false;
        }
    }

    /// <summary>Leaves the fast path: the reference interpreter renders this message, or names its fault.</summary>
    public static Exception Leave() => SlowPathNeeded.Instance;

    public void Round()
    {
        if (++Rounds > Limits.LoopIterations
            || ((Rounds & 1023) == 0 && (Cancelled.IsCancellationRequested || Environment.Clock.GetElapsedTime(Started) > Limits.WallTime)))
        {
            throw Leave();
        }
    }

    public Span<byte> Reserve(int count)
    {
        if (Output.Length - Length < count)
        {
            Grow(count);
        }

        return Output.AsSpan(Length);
    }

    private void Grow(int count)
    {
        if ((long)Length + count > Limits.OutputBytes + 1024)
        {
            throw Leave();
        }

        Array.Resize(ref Output, Math.Max(Output.Length * 2, Length + count));
    }

    public void Write(ReadOnlySpan<byte> text)
    {
        if (text.Length == 0)
        {
            return;
        }

        text.CopyTo(Reserve(text.Length));
        Length += text.Length;
        AfterNewLine = text[^1] == (byte)'\n';
    }

    /// <summary>Writes with an indentation before every line but the one that is already begun.</summary>
    public void WriteIndented(ReadOnlySpan<byte> text, ReadOnlySpan<byte> indent)
    {
        while (text.Length > 0)
        {
            if (AfterNewLine)
            {
                Write(indent);
            }

            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..(end + 1)];
            Write(line);
            text = text[line.Length..];
        }
    }

    /// <summary>Takes back what was written from a place on and writes it as one value at the indentation.</summary>
    public void Reindent(int start, bool afterNewLine, ReadOnlySpan<byte> indent)
    {
        AfterNewLine = afterNewLine;
        if (Length == start)
        {
            return;
        }

        if (indent.Length == 0)
        {
            AfterNewLine = Output[Length - 1] == (byte)'\n';
            return;
        }

        var length = Length - start;
        Output.AsSpan(start, length).CopyTo(Scratch(length, out var chunk, out var at));
        Keep(length);
        Length = start;
        WriteIndented(chunk.AsSpan(at, length), indent);
    }

    public void WriteEscaped(ReadOnlySpan<byte> text)
    {
        if (text.Length == 0)
        {
            return;
        }

        AfterNewLine = text[^1] == (byte)'\n';
        var at = text.IndexOfAny(s_special);
        while (at >= 0)
        {
            var room = Reserve(at + 8);
            text[..at].CopyTo(room);
            var entity = text[at] switch
            {
                (byte)'&' => "&amp;"u8,
                (byte)'<' => "&lt;"u8,
                (byte)'>' => "&gt;"u8,
                (byte)'"' => "&quot;"u8,
                (byte)'\'' => "&#39;"u8,
                _ => "\uFFFD"u8,
            };
            entity.CopyTo(room[at..]);
            Length += at + entity.Length;
            text = text[(at + 1)..];
            at = text.IndexOfAny(s_special);
        }

        text.CopyTo(Reserve(text.Length));
        Length += text.Length;
    }

    public void WriteUrl(ReadOnlySpan<byte> text, bool keepReserved, bool keepColon)
    {
        if (text.Length == 0)
        {
            return;
        }

        var room = Reserve(text.Length * 5);
        // Most addresses have nothing to change, or only their query has.
        var at = text.IndexOfAnyExcept(HtmlEscaper.PlainInUrl(keepReserved, keepColon));
        at = at < 0 ? text.Length : at;
        text[..at].CopyTo(room);
        foreach (var b in text[at..])
        {
            if (!HtmlEscaper.IsKept(b, keepReserved, keepColon))
            {
                room[at++] = (byte)'%';
                room[at++] = "0123456789ABCDEF"u8[b >> 4];
                room[at++] = "0123456789ABCDEF"u8[b & 15];
            }
            else if (b == (byte)'&')
            {
                "&amp;"u8.CopyTo(room[at..]);
                at += 5;
            }
            else
            {
                room[at++] = b;
            }
        }

        Length += at;
        AfterNewLine = false;
    }

    /// <summary>Memory for a text of at most so many bytes; it lives until the message is done.</summary>
    public Span<byte> Scratch(int count, out byte[] chunk, out int start)
    {
        if (count > Limits.StringLength * 3L)
        {
            throw Leave();
        }

        if (_scratch.Length - _scratchUsed < count)
        {
            // Texts made earlier still point into the old chunk; the next message starts with the larger one.
            _scratch = new byte[Math.Max(_scratch.Length * 2, count * 2)];
            _scratchUsed = 0;
        }

        (chunk, start) = (_scratch, _scratchUsed);
        return _scratch.AsSpan(_scratchUsed, count);
    }

    public Span<byte> Scratch(int count) => Scratch(count, out _, out _);

    /// <summary>Keeps the first bytes of the memory that <see cref="Scratch(int)"/> just gave.</summary>
    public ReadOnlySpan<byte> Keep(int count)
    {
        var kept = _scratch.AsSpan(_scratchUsed, count);
        _scratchUsed += count;
        return kept;
    }

    public ReadOnlySpan<byte> Encode(ReadOnlySpan<char> text)
    {
        var room = Scratch(text.Length * 3);
        return Keep(Encoding.UTF8.GetBytes(text, room));
    }

    public Span<char> OtherChars(int count)
    {
        if (_otherChars.Length < count)
        {
            _otherChars = new char[count * 2];
        }

        return _otherChars.AsSpan(0, count);
    }

    /// <summary>Room for the arguments of a call; calls in its arguments take theirs after it.</summary>
    public int EnterHostCall(int count)
    {
        var start = _hostValuesUsed;
        _hostValuesUsed += count;
        if (_hostValuesUsed > HostValues.Length)
        {
            Array.Resize(ref HostValues, _hostValuesUsed * 2);
        }

        return start;
    }

    public void LeaveHostCall(int start) => _hostValuesUsed = start;

    /// <summary>A text as UTF-16, for what counts or changes characters; overwritten by the next call.</summary>
    public Span<char> Chars(ReadOnlySpan<byte> text)
    {
        if (_chars.Length < text.Length)
        {
            _chars = new char[text.Length * 2];
        }

        return _chars.AsSpan(0, Encoding.UTF8.GetChars(text, _chars));
    }
}

internal enum Signal : byte
{
    None,
    Break,
    Continue,
    Return,
}

/// <summary>Thrown, without a stack of its own, where the fast path cannot go on.</summary>
internal sealed class SlowPathNeeded : Exception
{
    public static readonly SlowPathNeeded Instance = new();
}

/// <summary>Thrown while compiling: the template uses something that only the interpreter does.</summary>
internal sealed class NotCompilable(string reason) : Exception(reason);
