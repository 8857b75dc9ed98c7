using System.Text;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Parsing;

/// <summary>
/// Cuts a template into tokens in one pass: text blocks, escape blocks and the tokens of code blocks.
/// White space asked away by <c>-</c> and <c>~</c> is already gone from the text tokens.
/// </summary>
internal sealed partial class Lexer(SourceText source, List<TemplateMessage> messages, bool codeOnly = false)
{
    private readonly string _text = source.Text;
    private readonly List<Token> _tokens = [];
    private readonly Stack<(char Quote, int Braces)> _interpolations = new();
    private int _at;
    private int _braces;

    public List<Token> Read()
    {
        if (codeOnly)
        {
            ReadCode();
        }
        else
        {
            ReadTextBlocks();
        }

        _tokens.Add(new Token(TokenKind.End, _text.Length, _text.Length));
        return _tokens;
    }

    private char Current => _at < _text.Length ? _text[_at] : '\0';

    private char Peek(int ahead = 1) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private void Fault(int offset, string text) => messages.Add(source.Message(offset, Severity.Error, "CE3001", text));

    private void ReadTextBlocks()
    {
        var trim = '\0';
        while (_at < _text.Length)
        {
            var start = SkipAfter(_at, trim);
            trim = '\0';
            var enter = FindEnter(start, out var percents);
            if (enter < 0)
            {
                AddText(TokenKind.Raw, start, _text.Length);
                _at = _text.Length;
                return;
            }

            var markEnd = enter + 2 + percents;
            var mark = markEnd < _text.Length ? _text[markEnd] : '\0';
            AddText(TokenKind.Raw, start, TrimBefore(start, enter, mark));
            if (mark is '-' or '~')
            {
                markEnd++;
            }

            _at = markEnd;
            if (percents > 0)
            {
                _tokens.Add(new Token(TokenKind.EscapeEnter, enter, markEnd));
                if (!ReadEscape(percents, out trim))
                {
                    return;
                }

                continue;
            }

            _tokens.Add(new Token(TokenKind.CodeEnter, enter, markEnd));
            ReadCode();
            if (_at >= _text.Length)
            {
                return;
            }

            var exit = _at;
            if (Current is '-' or '~')
            {
                trim = Current;
                _at++;
            }

            _at += 2;
            _tokens.Add(new Token(TokenKind.CodeExit, exit, _at));
        }
    }

    private void AddText(TokenKind kind, int start, int end)
    {
        if (end > start)
        {
            _tokens.Add(new Token(kind, start, end));
        }
    }

    /// <summary>The next <c>{{</c> or <c>{%..{</c> from an offset, or -1.</summary>
    private int FindEnter(int from, out int percents)
    {
        percents = 0;
        for (var i = _text.IndexOf('{', from); i >= 0; i = _text.IndexOf('{', i + 1))
        {
            var next = i + 1;
            while (next < _text.Length && _text[next] == '%')
            {
                next++;
            }

            if (next < _text.Length && _text[next] == '{')
            {
                percents = next - i - 1;
                return i;
            }

            if (next > i + 1)
            {
                i = next - 1;
            }
        }

        return -1;
    }

    private int TrimBefore(int start, int end, char mark)
    {
        while (mark is '-' or '~' && end > start && char.IsWhiteSpace(_text[end - 1]) && (mark == '-' || _text[end - 1] is not '\n'))
        {
            end--;
        }

        return end;
    }

    /// <summary><c>-</c> takes every white space after the block, <c>~</c> up to and including the first end of line.</summary>
    private int SkipAfter(int from, char mark)
    {
        while (mark is '-' or '~' && from < _text.Length && char.IsWhiteSpace(_text[from]))
        {
            if (mark == '~' && _text[from] == '\n')
            {
                return from + 1;
            }

            from++;
        }

        return from;
    }

    private bool ReadEscape(int percents, out char exitMark)
    {
        exitMark = '\0';
        var exit = "}" + new string('%', percents) + "}";
        var end = _text.IndexOf(exit, _at, StringComparison.Ordinal);
        if (end < 0)
        {
            AddText(TokenKind.Escape, _at, _text.Length);
            _at = _text.Length;
            return false;
        }

        var contentEnd = end;
        if (end > _at && _text[end - 1] is '-' or '~')
        {
            exitMark = _text[end - 1];
            contentEnd--;
        }

        AddText(TokenKind.Escape, _at, contentEnd);
        _at = end + exit.Length;
        _tokens.Add(new Token(TokenKind.EscapeExit, contentEnd, _at));
        return true;
    }

    private bool AtCodeExit => !codeOnly && (
        (Current == '}' && Peek() == '}') || (Current is '-' or '~' && Peek() == '}' && Peek(2) == '}'));

    private void ReadCode()
    {
        _braces = 0;
        while (_at < _text.Length)
        {
            if (_interpolations.Count == 0 && _braces == 0 && AtCodeExit)
            {
                return;
            }

            ReadCodeToken();
        }
    }

    private void ReadCodeToken()
    {
        var c = Current;
        switch (c)
        {
            case '\n' or '\r':
                ReadNewLine();
                return;
            case '#':
                SkipComment();
                return;
            case '"' or '\'':
                ReadString(c);
                return;
            case '`':
                ReadVerbatim();
                return;
            case '$' when Peek() is '"' or '\'':
                _interpolations.Push((Peek(), _braces));
                var start = _at;
                _at += 2;
                ReadInterpolationText(start, Peek(-1));
                return;
            case '}' when _interpolations.Count > 0 && _braces == _interpolations.Peek().Braces:
                _tokens.Add(new Token(TokenKind.InterpolationClose, _at, _at + 1));
                _at++;
                ReadInterpolationText(_at, _interpolations.Peek().Quote);
                return;
        }

        if (char.IsWhiteSpace(c))
        {
            _at++;
        }
        else if (IsIdentifierStart(c) || c == '$')
        {
            ReadIdentifier();
        }
        else if (char.IsAsciiDigit(c))
        {
            ReadNumber();
        }
        else
        {
            ReadSign();
        }
    }

    private void ReadNewLine()
    {
        var start = _at;
        while (_at < _text.Length && char.IsWhiteSpace(Current))
        {
            _at++;
        }

        _tokens.Add(new Token(TokenKind.NewLine, start, _at));
    }

    private void SkipComment()
    {
        _at++;
        if (Current == '#')
        {
            _at++;
            while (_at < _text.Length && !AtCodeExit)
            {
                if (Current == '#' && Peek() == '#')
                {
                    _at += 2;
                    return;
                }

                _at++;
            }

            return;
        }

        while (_at < _text.Length && Current is not ('\n' or '\r') && !AtCodeExit)
        {
            _at++;
        }
    }

    private static bool IsIdentifierStart(char c) => c == '_' || char.IsLetter(c);

    private static bool IsIdentifierPart(char c) => c == '_' || char.IsLetterOrDigit(c);

    private void ReadIdentifier()
    {
        var start = _at;
        var special = Current == '$';
        _at++;
        if (special && Current == '$')
        {
            _at++;
        }
        else
        {
            while (IsIdentifierPart(Current))
            {
                _at++;
            }
        }

        _tokens.Add(new Token(special ? TokenKind.SpecialIdentifier : TokenKind.Identifier, start, _at, _text[start.._at]));
    }

    private static int HexValue(char c) => char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : -1;

    private void ReadVerbatim()
    {
        var start = _at++;
        var value = new StringBuilder();
        while (_at < _text.Length)
        {
            if (Current == '`')
            {
                if (Peek() != '`')
                {
                    _at++;
                    _tokens.Add(new Token(TokenKind.VerbatimString, start, _at, value.ToString()));
                    return;
                }

                _at++;
            }

            value.Append(Current);
            _at++;
        }

        AddUnclosed("verbatim string", '`');
    }
}
