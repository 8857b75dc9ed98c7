using System.Buffers.Text;
using CampaignEngine.Tracking;

namespace CampaignEngine.Testing;

/// <summary>
/// Tries tokens that nobody signed: random ones, good ones with changed characters, fields or tags, cut together from two good ones, and good ones of
/// another purpose, another installation or a key that was withdrawn. The same tries for the same seed.
/// </summary>
public static class TokenAttack
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /// <returns>How many were accepted; anything but 0 is a hole.</returns>
    public static long Run(long tries, int seed)
    {
        var random = new Random(seed);
        var tokens = new ItemTokens([new TokenKey(2, Bytes(random)), new TokenKey(3, Bytes(random))]);
        var foreign = new ItemTokens([new TokenKey(2, Bytes(random))]);
        var good = Enumerable.Range(1, 2_000).Select(n => tokens.Click((n % 7) + 1, n, (n % 9) + 1)).ToArray();
        var known = good.ToHashSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        var accepted = 0L;
        var token = new char[ItemTokens.Length];
        for (var n = 0L; n < tries; n++)
        {
            var purpose = TokenPurpose.Click;
            var from = good[random.Next(good.Length)];
            switch (n % 6)
            {
                case 0:
                    random.GetItems<char>(Alphabet, token);
                    break;
                case 1:
                    from.CopyTo(token);
                    for (var change = random.Next(1, 4); change > 0; change--)
                    {
                        token[random.Next(token.Length)] = Alphabet[random.Next(Alphabet.Length)];
                    }

                    break;
                case 2:
                    // The head of one, the tag of another.
                    from.CopyTo(token);
                    var cut = random.Next(1, ItemTokens.Length);
                    good[random.Next(good.Length)].AsSpan(cut).CopyTo(token.AsSpan(cut));
                    break;
                case 3:
                    var bytes = Base64Url.DecodeFromChars(from);
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                    Base64Url.EncodeToChars(bytes, token);
                    break;
                case 4:
                    from.CopyTo(token);
                    purpose = (TokenPurpose)random.Next(2, 9);
                    break;
                default:
                    foreign.Write(token, TokenPurpose.Click, random.Next(1, 8), random.Next(1, 2_000), random.Next(1, 9));
                    break;
            }

            accepted += (purpose != TokenPurpose.Click || !known.Contains(token)) && tokens.TryRead(token, purpose, out _) ? 1 : 0;
        }

        return accepted;
    }

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[32];
        random.NextBytes(bytes);
        return bytes;
    }
}
