using System.Text;

namespace CampaignEngine.Mail.Receiving;

/// <summary>Decodes RFC 2047 encoded words in an unfolded header; what is none stays as it is.</summary>
internal static class EncodedWordReader
{
    /// <summary>RFC 2047 allows 75; a bound at all keeps the search for the end from being done over and over on long nonsense.</summary>
    private const int LongestWord = 400;

    public static string Decode(string value)
    {
        var at = value.IndexOf("=?", StringComparison.Ordinal);
        if (at < 0)
        {
            return value;
        }

        var result = new StringBuilder(value.Length);
        var copied = 0;
        var afterWord = false;
        while (at >= 0)
        {
            if (TryRead(value, at, out var decoded, out var end))
            {
                // Spaces between two encoded words are there for folding only.
                var between = value.AsSpan(copied, at - copied);
                if (!afterWord || between.ContainsAnyExcept(' ', '\t'))
                {
                    result.Append(between);
                }

                result.Append(decoded);
                copied = end;
                afterWord = true;
                at = value.IndexOf("=?", end, StringComparison.Ordinal);
            }
            else
            {
                at = value.IndexOf("=?", at + 2, StringComparison.Ordinal);
            }
        }

        return result.Append(value.AsSpan(copied)).ToString();
    }

    // =?charset?Q or B?text?=
    private static bool TryRead(string value, int start, out string decoded, out int end)
    {
        decoded = "";
        end = start;
        var charsetEnd = value.IndexOf('?', start + 2, Math.Min(LongestWord, value.Length - start - 2));
        if (charsetEnd < 0 || charsetEnd + 2 >= value.Length || value[charsetEnd + 2] != '?')
        {
            return false;
        }

        var textStart = charsetEnd + 3;
        var textEnd = value.IndexOf("?=", textStart, Math.Min(LongestWord, value.Length - textStart), StringComparison.Ordinal);
        if (textEnd < 0 || value.AsSpan(textStart, textEnd - textStart).ContainsAny(' ', '?'))
        {
            return false;
        }

        var text = Encoding.UTF8.GetBytes(value[textStart..textEnd]);
        var bytes = value[charsetEnd + 1] switch
        {
            'Q' or 'q' => TransferDecoder.QuotedPrintable(text, header: true),
            'B' or 'b' => TransferDecoder.Base64(text),
            _ => null,
        };
        if (bytes is null)
        {
            return false;
        }

        // RFC 2231 5: the language may follow the charset after an asterisk.
        decoded = Charsets.Decode(value[(start + 2)..charsetEnd].Split('*')[0], bytes);
        end = textEnd + 2;
        return true;
    }
}
