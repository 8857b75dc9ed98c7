using System.Diagnostics.CodeAnalysis;

namespace CampaignEngine.Tracking;

/// <summary>
/// The code that a person reads out on the phone, writes on a reply card or types in a shop: it leads to one item of a mailing, and through it to
/// campaign, drop, cell and person. Nothing else has to be stored: engine.mailing_item keeps the item, engine.keycode_item(code) finds it in SQL.
/// It has no letter or digit that is read as another (no 0 O 1 I L). The last character is a weighted sum over a prime alphabet, so a code with one
/// wrong character, or with two characters swapped, is never another valid code. It is no secret: the next code can be guessed.
/// </summary>
public static class Keycodes
{
    /// <summary>Stands in previews: it leads to nobody.</summary>
    public const string Preview = "2222-223";

    // 31 characters, a prime: every weight below 31 has an inverse, so every single change of a character changes the sum.
    private const string Alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

    // Number of characters of the mailing, mailing, item, check: at most 1 + 7 + 7 + 1.
    private const int Longest = 16;

    /// <summary>The same for the same mailing and item, for ever; in groups of four: <c>3X7K-Q2M9</c>.</summary>
    public static string Of(int mailingId, int ordinal)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(mailingId);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ordinal);
        Span<char> code = stackalloc char[Longest];
        var length = 1 + Write(mailingId, code[1..]);
        code[0] = Alphabet[length - 1];
        length += Write(ordinal, code[length..]);
        code[length] = Alphabet[Check(code[..length])];
        length++;
        Span<char> shown = stackalloc char[Longest + 4];
        var at = 0;
        for (var i = 0; i < length; i++)
        {
            if (i > 0 && i % 4 == 0 && length - i > 1)
            {
                shown[at++] = '-';
            }

            shown[at++] = code[i];
        }

        return new string(shown[..at]);
    }

    /// <summary>Reads a code as people write it: in any case, with spaces or dashes anywhere. False when it is mistyped.</summary>
    public static bool TryRead([NotNullWhen(true)] string? text, out int mailingId, out int ordinal)
    {
        (mailingId, ordinal) = (0, 0);
        Span<char> code = stackalloc char[Longest];
        var length = 0;
        foreach (var c in text ?? "")
        {
            if (c is ' ' or '-')
            {
                continue;
            }

            var upper = char.ToUpperInvariant(c);
            if (length == Longest || !Alphabet.Contains(upper, StringComparison.Ordinal))
            {
                return false;
            }

            code[length++] = upper;
        }

        if (length < 4 || Alphabet[Check(code[..(length - 1)])] != code[length - 1])
        {
            return false;
        }

        var digits = Alphabet.IndexOf(code[0], StringComparison.Ordinal);
        return digits >= 1 && digits + 2 < length && TryNumber(code[1..(1 + digits)], out mailingId) && TryNumber(code[(1 + digits)..(length - 1)], out ordinal);
    }

    private static int Write(int number, Span<char> target)
    {
        var length = 0;
        for (var rest = number; rest > 0; rest /= Alphabet.Length)
        {
            target[length++] = Alphabet[rest % Alphabet.Length];
        }

        target[..length].Reverse();
        return length;
    }

    // A leading zero digit would be a second spelling of the same number.
    private static bool TryNumber(ReadOnlySpan<char> digits, out int number)
    {
        long value = 0;
        foreach (var c in digits)
        {
            value = (value * Alphabet.Length) + Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (value > int.MaxValue)
            {
                number = 0;
                return false;
            }
        }

        number = (int)value;
        return number > 0 && digits[0] != Alphabet[0];
    }

    // Weights 2, 3, 4 ... with the check character's weight 1: neighbours differ by 1, so a swap changes the sum unless the two are the same.
    private static int Check(ReadOnlySpan<char> code)
    {
        var sum = 0;
        for (var i = 0; i < code.Length; i++)
        {
            sum += (code.Length + 1 - i) * Alphabet.IndexOf(code[i], StringComparison.Ordinal);
        }

        return (Alphabet.Length - (sum % Alphabet.Length)) % Alphabet.Length;
    }
}
