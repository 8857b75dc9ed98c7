using System.Text;

namespace CampaignEngine.Templating.Parsing;

/// <summary>Numbers, strings, interpolated strings and operators.</summary>
internal sealed partial class Lexer
{
    private void ReadNumber()
    {
        var start = _at;
        if (Current == '0' && Peek() is 'x' or 'b')
        {
            var hex = Peek() == 'x';
            _at += 2;
            var digits = _at;
            while (Current == '_' || (hex ? char.IsAsciiHexDigit(Current) : Current is '0' or '1'))
            {
                _at++;
            }

            if (Current is 'u' or 'U')
            {
                _at++;
            }

            if (_at == digits)
            {
                Fault(start, $"digits are missing after {(hex ? "0x" : "0b")}");
                _tokens.Add(new Token(TokenKind.Invalid, start, _at));
                return;
            }

            _tokens.Add(new Token(hex ? TokenKind.HexInteger : TokenKind.BinaryInteger, start, _at, _text[start.._at]));
            return;
        }

        var isFloat = false;
        SkipDigits();
        if (Current == '.' && IsFraction(Peek()))
        {
            isFloat = true;
            _at++;
            SkipDigits();
        }

        if (Current is 'e' or 'E')
        {
            _at++;
            if (Current is '+' or '-')
            {
                isFloat |= Current == '-';
                _at++;
            }

            if (!char.IsAsciiDigit(Current))
            {
                Fault(_at, "at least one digit is needed after the exponent");
                _tokens.Add(new Token(TokenKind.Invalid, Math.Min(_at, _text.Length - 1), Math.Min(_at + 1, _text.Length)));
                return;
            }

            SkipDigits();
        }

        if (Current is 'f' or 'F' or 'd' or 'D' or 'm' or 'M' && !IsIdentifierPart(Peek()))
        {
            isFloat = true;
            _at++;
        }

        _tokens.Add(new Token(isFloat ? TokenKind.Float : TokenKind.Integer, start, _at, _text[start.._at]));
    }

    /// <summary>A dot belongs to the number unless it starts a range (<c>1..5</c>) or a member.</summary>
    private static bool IsFraction(char next) =>
        next != '.' && (char.IsAsciiDigit(next) || !char.IsLetter(next) || next is 'e' or 'E' or 'f' or 'F' or 'd' or 'D' or 'm' or 'M');

    private void SkipDigits()
    {
        while (char.IsAsciiDigit(Current) || Current == '_')
        {
            _at++;
        }
    }

    private void ReadString(char quote)
    {
        var start = _at++;
        var value = new StringBuilder();
        while (_at < _text.Length && Current != quote)
        {
            if (Current == '\\')
            {
                ReadEscapeSequence(value, false);
            }
            else
            {
                value.Append(Current);
                _at++;
            }
        }

        if (_at >= _text.Length)
        {
            AddUnclosed("string", quote);
            return;
        }

        _at++;
        _tokens.Add(new Token(TokenKind.String, start, _at, value.ToString()));
    }

    private void ReadEscapeSequence(StringBuilder value, bool interpolated)
    {
        var start = _at++;
        var c = Current;
        _at++;
        switch (c)
        {
            case '\n':
                return;
            case '\r' when Current == '\n':
                _at++;
                return;
            case '0': value.Append('\0'); return;
            case '\'' or '"' or '\\': value.Append(c); return;
            case 'b': value.Append('\b'); return;
            case 'f': value.Append('\f'); return;
            case 'n': value.Append('\n'); return;
            case 'r': value.Append('\r'); return;
            case 't': value.Append('\t'); return;
            case 'v': value.Append('\v'); return;
            case '{' or '}' when interpolated: value.Append(c); return;
            case 'u': ReadHex(value, start, 4); return;
            case 'x': ReadHex(value, start, 2); return;
            default:
                Fault(start + 1, $"unknown escape \\{c} in a string; known are \\' \\\" \\\\ \\n \\r \\t \\b \\f \\v \\0 \\uXXXX \\xXX");
                return;
        }
    }

    private void ReadHex(StringBuilder value, int start, int digits)
    {
        var number = 0;
        for (var i = 0; i < digits; i++)
        {
            var digit = HexValue(Current);
            if (digit < 0)
            {
                Fault(_at, $"{digits} hexadecimal digits are needed after \\{_text[start + 1]}");
                return;
            }

            number = (number << 4) | digit;
            _at++;
        }

        value.Append((char)number);
    }

    /// <summary>Reads the text of an interpolated string up to the next <c>{</c> or its closing quote.</summary>
    private void ReadInterpolationText(int start, char quote)
    {
        var value = new StringBuilder();
        while (_at < _text.Length)
        {
            if (Current == '\\')
            {
                ReadEscapeSequence(value, true);
            }
            else if (Current == '{')
            {
                _tokens.Add(new Token(TokenKind.InterpolationText, start, _at, value.ToString()));
                _tokens.Add(new Token(TokenKind.InterpolationOpen, _at, _at + 1));
                _at++;
                return;
            }
            else if (Current == quote)
            {
                _at++;
                _interpolations.Pop();
                _tokens.Add(new Token(TokenKind.InterpolationText, start, _at - 1, value.ToString()));
                _tokens.Add(new Token(TokenKind.InterpolationEnd, _at - 1, _at));
                return;
            }
            else
            {
                value.Append(Current);
                _at++;
            }
        }

        _interpolations.Pop();
        AddUnclosed("interpolated string", quote);
    }

    /// <summary>What was opened and goes on to the end of the text: the fault stands at the last character.</summary>
    private void AddUnclosed(string what, char quote)
    {
        _at = _text.Length;
        Fault(_at - 1, $"this {what} is not closed; add a {quote} at its end");
        _tokens.Add(new Token(TokenKind.Invalid, _at - 1, _at));
    }

    private void ReadSign()
    {
        var (kind, length) = (Current, Peek(), Peek(2)) switch
        {
            (';', _, _) => (TokenKind.Semicolon, 1),
            (':', _, _) => (TokenKind.Colon, 1),
            ('@', _, _) => (TokenKind.At, 1),
            (',', _, _) => (TokenKind.Comma, 1),
            ('^', '^', _) => (TokenKind.DoubleCaret, 2),
            ('^', _, _) => (TokenKind.Caret, 1),
            ('*', '=', _) => (TokenKind.StarEqual, 2),
            ('*', _, _) => (TokenKind.Star, 1),
            ('/', '/', '=') => (TokenKind.DoubleSlashEqual, 3),
            ('/', '/', _) => (TokenKind.DoubleSlash, 2),
            ('/', '=', _) => (TokenKind.SlashEqual, 2),
            ('/', _, _) => (TokenKind.Slash, 1),
            ('+', '+', _) => (TokenKind.DoublePlus, 2),
            ('+', '=', _) => (TokenKind.PlusEqual, 2),
            ('+', _, _) => (TokenKind.Plus, 1),
            ('-', '-', _) => (TokenKind.DoubleMinus, 2),
            ('-', '=', _) => (TokenKind.MinusEqual, 2),
            ('-', _, _) => (TokenKind.Minus, 1),
            ('%', '=', _) => (TokenKind.PercentEqual, 2),
            ('%', _, _) => (TokenKind.Percent, 1),
            ('&', '&', _) => (TokenKind.DoubleAmpersand, 2),
            ('&', _, _) => (TokenKind.Ampersand, 1),
            ('?', '?', _) => (TokenKind.DoubleQuestion, 2),
            ('?', '.', _) => (TokenKind.QuestionDot, 2),
            ('?', '!', _) => (TokenKind.QuestionBang, 2),
            ('?', _, _) => (TokenKind.Question, 1),
            ('|', '|', _) => (TokenKind.DoubleBar, 2),
            ('|', '>', _) => (TokenKind.BarGreater, 2),
            ('|', _, _) => (TokenKind.Bar, 1),
            ('.', '.', '<') => (TokenKind.DoubleDotLess, 3),
            ('.', '.', '.') => (TokenKind.TripleDot, 3),
            ('.', '.', _) => (TokenKind.DoubleDot, 2),
            ('.', _, _) => (TokenKind.Dot, 1),
            ('!', '=', _) => (TokenKind.BangEqual, 2),
            ('!', _, _) => (TokenKind.Bang, 1),
            ('=', '=', _) => (TokenKind.DoubleEqual, 2),
            ('=', _, _) => (TokenKind.Equal, 1),
            ('<', '=', _) => (TokenKind.LessEqual, 2),
            ('<', '<', _) => (TokenKind.DoubleLess, 2),
            ('<', _, _) => (TokenKind.Less, 1),
            ('>', '=', _) => (TokenKind.GreaterEqual, 2),
            ('>', '>', _) => (TokenKind.DoubleGreater, 2),
            ('>', _, _) => (TokenKind.Greater, 1),
            ('(', _, _) => (TokenKind.OpenParen, 1),
            (')', _, _) => (TokenKind.CloseParen, 1),
            ('[', _, _) => (TokenKind.OpenBracket, 1),
            (']', _, _) => (TokenKind.CloseBracket, 1),
            ('{', _, _) => (TokenKind.OpenBrace, 1),
            ('}', _, _) => (TokenKind.CloseBrace, 1),
            _ => (TokenKind.Invalid, 1),
        };
        if (kind == TokenKind.OpenBrace)
        {
            _braces++;
        }
        else if (kind == TokenKind.CloseBrace)
        {
            if (_braces == 0)
            {
                Fault(_at, "unexpected } without a matching {");
            }
            else
            {
                _braces--;
            }
        }

        _tokens.Add(new Token(kind, _at, _at + length));
        _at += length;
    }
}
