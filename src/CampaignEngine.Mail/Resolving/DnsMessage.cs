using System.Buffers.Binary;
using System.Text;

namespace CampaignEngine.Mail.Resolving;

/// <summary>Questions for TXT and MX records and the answers to them, as RFC 1035 4 lays them out.</summary>
internal static class DnsMessage
{
    /// <summary>Offered by EDNS (RFC 6891): what passes every network without being cut into fragments.</summary>
    public const int LargestDatagram = 1232;

    private const int HeaderLength = 12;
    public const ushort Txt = 16;
    public const ushort Mx = 15;
    private const int Internet = 1;
    private const int LongestName = 253;

    /// <exception cref="ArgumentException">The name cannot stand in DNS.</exception>
    public static byte[] Query(string name, ushort id, ushort type = Txt)
    {
        using var query = new MemoryStream();
        Write(id, 0x0100, 1, 0, 0, 1);
        if (name.Length > LongestName)
        {
            throw new ArgumentException("A name has at most 253 characters.", nameof(name));
        }

        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0 or > 63 || !Ascii.IsValid(label))
            {
                throw new ArgumentException($"'{name}' cannot stand in DNS.", nameof(name));
            }

            query.WriteByte((byte)label.Length);
            query.Write(Encoding.ASCII.GetBytes(label));
        }

        query.WriteByte(0);
        Write(type, Internet);

        // OPT: root name, type 41, the size we take, no flags, no data.
        query.WriteByte(0);
        Write(41, LargestDatagram, 0, 0, 0);
        return query.ToArray();

        void Write(params ReadOnlySpan<ushort> numbers)
        {
            foreach (var number in numbers)
            {
                query.WriteByte((byte)(number >> 8));
                query.WriteByte((byte)number);
            }
        }
    }

    /// <summary>The same id and the same question.</summary>
    public static bool Answers(ReadOnlySpan<byte> query, ReadOnlySpan<byte> answer)
    {
        var question = query[HeaderLength..^11];
        return answer.Length >= HeaderLength + question.Length
            && answer[..2].SequenceEqual(query[..2])
            && (answer[2] & 0x80) != 0
            && Ascii.EqualsIgnoreCase(answer.Slice(HeaderLength, question.Length), question);
    }

    public static bool IsTruncated(ReadOnlySpan<byte> answer) => (answer[2] & 0x02) != 0;

    /// <summary>The TXT records of the answer section, also those behind an alias; a resolver has followed it.</summary>
    public static DnsAnswer Read(ReadOnlySpan<byte> answer) => Read(answer, Txt);

    /// <summary>Hosts of the MX records, in lower case without the last dot, the preferred ones first.</summary>
    public static DnsAnswer ReadMailHosts(ReadOnlySpan<byte> answer) => Read(answer, Mx);

    private static DnsAnswer Read(ReadOnlySpan<byte> answer, ushort wanted)
    {
        var code = answer[3] & 0x0f;
        if (code is not (0 or 3))
        {
            return new DnsAnswer(DnsState.NoAnswer, [], $"the server gave up (code {code})");
        }

        var texts = new List<(int Preference, string Text)>();
        var at = HeaderLength;
        var questions = BinaryPrimitives.ReadUInt16BigEndian(answer[4..]);
        var records = BinaryPrimitives.ReadUInt16BigEndian(answer[6..]);
        for (var i = 0; i < questions + records; i++)
        {
            if (!SkipName(answer, ref at) || at + 4 > answer.Length)
            {
                return Damaged();
            }

            var type = BinaryPrimitives.ReadUInt16BigEndian(answer[at..]);
            at += 4;
            if (i < questions)
            {
                continue;
            }

            if (at + 6 > answer.Length)
            {
                return Damaged();
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(answer[(at + 4)..]);
            at += 6;
            if (at + length > answer.Length)
            {
                return Damaged();
            }

            if (type == wanted && type == Txt)
            {
                texts.Add((0, Join(answer.Slice(at, length))));
            }
            else if (type == wanted)
            {
                if (length < 3 || ReadName(answer, at + 2) is not { } host)
                {
                    return Damaged();
                }

                texts.Add((BinaryPrimitives.ReadUInt16BigEndian(answer[at..]), host));
            }

            at += length;
        }

        return new DnsAnswer(texts.Count == 0 ? DnsState.None : DnsState.Found, [.. texts.OrderBy(t => t.Preference).Select(t => t.Text)]);
    }

    private static DnsAnswer Damaged() => new(DnsState.NoAnswer, [], "the answer is damaged");

    private static bool SkipName(ReadOnlySpan<byte> message, ref int at)
    {
        while (at < message.Length)
        {
            var length = message[at];
            if ((length & 0xc0) == 0xc0)
            {
                at += 2;
                return at <= message.Length;
            }

            at += 1 + length;
            if (length == 0)
            {
                return true;
            }
        }

        return false;
    }

    // A name may end in a pointer to an earlier one; each pointer must lead further back, so that none goes in circles.
    private static string? ReadName(ReadOnlySpan<byte> message, int at)
    {
        var name = new StringBuilder();
        var earliest = at;
        while (at < message.Length && name.Length <= LongestName)
        {
            int length = message[at];
            if (length == 0)
            {
                return name.ToString();
            }

            if ((length & 0xc0) == 0xc0)
            {
                if (at + 1 >= message.Length || (((length & 0x3f) << 8) | message[at + 1]) is var target && target >= earliest)
                {
                    return null;
                }

                at = earliest = target;
                continue;
            }

            if (length > 63 || at + 1 + length > message.Length)
            {
                return null;
            }

            name.Append(name.Length == 0 ? "" : ".").Append(Encoding.Latin1.GetString(message.Slice(at + 1, length)).ToLowerInvariant());
            at += 1 + length;
        }

        return null;
    }

    // A record is one or more strings of at most 255 bytes, which belong together without a space.
    private static string Join(ReadOnlySpan<byte> data)
    {
        var text = new StringBuilder();
        while (!data.IsEmpty)
        {
            var length = Math.Min(data[0], data.Length - 1);
            text.Append(Encoding.Latin1.GetString(data.Slice(1, length)));
            data = data[(1 + length)..];
        }

        return text.ToString();
    }
}
