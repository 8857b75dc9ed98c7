namespace CampaignEngine.Mail.Receiving;

/// <summary>The value of a Content-Type header, as far as mail programs agree on it.</summary>
internal readonly struct ContentType(string? value)
{
    private readonly string _value = value ?? "";

    public bool IsEmpty => string.IsNullOrWhiteSpace(_value);

    /// <summary>True when the type is this, or starts with it when it ends in a slash.</summary>
    public bool Is(string type)
    {
        // Some programs forget the semicolon before the first parameter.
        var value = _value.AsSpan().Trim();
        var end = value.IndexOfAny(";\t\r\n ");
        var own = end < 0 ? value : value[..end];
        return type.EndsWith('/') ? own.StartsWith(type, StringComparison.OrdinalIgnoreCase) : own.Equals(type, StringComparison.OrdinalIgnoreCase);
    }

    public string? Parameter(string name)
    {
        var at = _value.IndexOf(';', StringComparison.Ordinal);
        while (at >= 0 && at + 1 < _value.Length)
        {
            var equals = _value.IndexOf('=', at);
            if (equals < 0)
            {
                return null;
            }

            var key = _value[(at + 1)..equals].Trim();
            var value = ReadValue(equals + 1, out at);
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    private string ReadValue(int start, out int next)
    {
        while (start < _value.Length && _value[start] is ' ' or '\t')
        {
            start++;
        }

        if (start < _value.Length && _value[start] == '"')
        {
            var end = _value.IndexOf('"', start + 1);
            end = end < 0 ? _value.Length : end;
            next = end < _value.Length ? _value.IndexOf(';', end) : -1;
            return _value[(start + 1)..end];
        }

        next = start < _value.Length ? _value.IndexOf(';', start) : -1;
        return (next < 0 ? _value[Math.Min(start, _value.Length)..] : _value[start..next]).Trim();
    }
}
