using System.Buffers.Binary;
using System.Numerics;

namespace CampaignEngine.Mail.Receiving;

/// <summary>The checksum of records on disk: CRC-32C by the processor's own instruction, begun with 0 and without a final inversion.</summary>
public static class Crc32C
{
    /// <param name="crc">0, or the result over the bytes before.</param>
    public static uint Of(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (var b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return crc;
    }
}
