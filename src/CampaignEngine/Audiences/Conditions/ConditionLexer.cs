using System.Globalization;
using System.Text;
using CampaignEngine.Authoring;

namespace CampaignEngine.Audiences.Conditions;

/// <summary>Cuts a condition into tokens. Stops at the first fault: what follows a broken token cannot be trusted.</summary>
internal sealed class ConditionLexer(Written written, ProblemList problems)
{
    private static readonly string[] Symbols = ["<=", ">=", "!=", "<>", "=", "<", ">", "(", ")", ",", ".", "+", "-", "*", "/"];

    private readonly string _text = written.Text;
    private readonly List<ConditionToken> _tokens = [];
    private int _at;

    /// <returns>The tokens with an end token, or null after a reported fault.</returns>
    public List<ConditionToken>? Run()
    {
        while (true)
        {
            while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            {
                _at++;
            }

            if (_at == _text.Length)
            {
                _tokens.Add(new ConditionToken(TokenKind.End, "", _at, _at, null));
                return _tokens;
            }

            if (!Next())
            {
                return null;
            }
        }
    }

    private bool Next()
    {
        var first = _text[_at];
        if (first == '"')
        {
            return Quoted();
        }

        if (char.IsAsciiDigit(first))
        {
            return DateOrNumber();
        }

        if (char.IsAsciiLetter(first) || first == '_')
        {
            var start = _at;
            while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_'))
            {
                _at++;
            }

            _tokens.Add(new ConditionToken(TokenKind.Word, _text[start.._at], start, _at, null));
            return true;
        }

        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(_text, _at, symbol, 0, symbol.Length) == 0)
            {
                _tokens.Add(new ConditionToken(TokenKind.Symbol, symbol == "<>" ? "!=" : symbol, _at, _at + symbol.Length, null));
                _at += symbol.Length;
                return true;
            }
        }

        return Fail(_at, "CE4001", first switch
        {
            '\'' or '\u201C' or '\u201D' or '\u201E' => $"'{first}' does not quote text here; write \"text\" in straight double quotes",
            '&' or '|' => $"'{first}' is not part of a condition; write 'and' or 'or'",
            '!' => "'!' is not part of a condition; write 'not' or '!='",
            '%' => "'%' must follow a number without a space, as in 10%",
            _ => $"'{Shown.Text(first.ToString())}' is not part of a condition",
        });
    }

    private bool Quoted()
    {
        var start = _at++;
        var value = new StringBuilder();
        while (true)
        {
            if (_at >= _text.Length)
            {
                return Fail(start, "CE4002", "the text that starts here has no closing '\"'");
            }

            var c = _text[_at++];
            if (c == '"')
            {
                break;
            }

            if (c == '\\')
            {
                var escaped = _at < _text.Length ? _text[_at++] : '\0';
                c = escaped switch { '"' => '"', '\\' => '\\', 'n' => '\n', 't' => '\t', _ => '\0' };
                if (c == '\0')
                {
                    return Fail(_at - 2, "CE4003", "a backslash in text stands before \" \\ n or t; write \\\\ for a backslash itself");
                }
            }
            else if (c == '\0')
            {
                return Fail(_at - 1, "CE4003", "text cannot hold the character NUL");
            }

            value.Append(c);
        }

        var text = value.ToString();
        if (!IsWellFormed(text))
        {
            return Fail(start, "CE4003", "the text holds half of a surrogate pair, which is no character");
        }

        _tokens.Add(new ConditionToken(TokenKind.Text, _text[start.._at], start, _at, text));
        return true;
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    private bool DateOrNumber()
    {
        var start = _at;
        if (Shape(start, "dddd-dd-dd"))
        {
            return Date(start);
        }

        while (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
        {
            _at++;
        }

        if (_at + 1 < _text.Length && _text[_at] == '.' && char.IsAsciiDigit(_text[_at + 1]))
        {
            _at++;
            while (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
            {
                _at++;
            }
        }

        var digits = _text[start.._at];
        if (digits.Count(char.IsAsciiDigit) > 28 || !decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return Fail(start, "CE4004", "a number has at most 28 digits");
        }

        if (_at < _text.Length && _text[_at] == '%')
        {
            _at++;
            _tokens.Add(new ConditionToken(TokenKind.Percent, _text[start.._at], start, _at, number / 100));
            return true;
        }

        _tokens.Add(new ConditionToken(TokenKind.Number, digits, start, _at, number));
        return true;
    }

    private bool Date(int start)
    {
        if (!DateOnly.TryParseExact(_text.AsSpan(start, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return Fail(start, "CE4005", $"'{_text.Substring(start, 10)}' is not a day of the calendar");
        }

        if (day.Year is < 2 or > 9998)
        {
            return Fail(start, "CE4005", "dates lie between the years 2 and 9998");
        }

        _at = start + 10;
        var clock = _at;
        if (clock < _text.Length && _text[clock] is 'T' or ' ' && Shape(clock + 1, "dd:dd"))
        {
            var end = clock + 6;
            if (Shape(end, ":dd"))
            {
                end += 3;
            }

            if (!TimeOnly.TryParse(_text.AsSpan(clock + 1, end - clock - 1), CultureInfo.InvariantCulture, out var time))
            {
                return Fail(clock + 1, "CE4005", $"'{_text.Substring(clock + 1, end - clock - 1)}' is not a time of day");
            }

            var local = day.ToDateTime(time);
            object value = local;
            if (end < _text.Length && _text[end] == 'Z')
            {
                (value, end) = (new DateTimeOffset(local, TimeSpan.Zero), end + 1);
            }
            else if (end < _text.Length && _text[end] is '+' or '-' && Shape(end + 1, "dd:dd"))
            {
                if (!TimeSpan.TryParseExact(_text.AsSpan(end + 1, 5), "hh\\:mm", CultureInfo.InvariantCulture, out var offset)
                    || offset > TimeSpan.FromHours(14))
                {
                    return Fail(end, "CE4005", "a zone offset is at most 14:00");
                }

                (value, end) = (new DateTimeOffset(local, _text[end] == '-' ? -offset : offset), end + 6);
            }

            _at = end;
            _tokens.Add(new ConditionToken(TokenKind.Time, _text[start..end], start, end, value));
            return true;
        }

        _tokens.Add(new ConditionToken(TokenKind.Date, _text[start.._at], start, _at, day));
        return true;
    }

    // 'd' stands for a digit, anything else for itself.
    private bool Shape(int at, string shape)
    {
        if (at + shape.Length > _text.Length)
        {
            return false;
        }

        for (var i = 0; i < shape.Length; i++)
        {
            var c = _text[at + i];
            if (shape[i] == 'd' ? !char.IsAsciiDigit(c) : c != shape[i])
            {
                return false;
            }
        }

        return true;
    }

    private bool Fail(int at, string code, string text)
    {
        problems.Error(written.At(at), code, text);
        return false;
    }
}
