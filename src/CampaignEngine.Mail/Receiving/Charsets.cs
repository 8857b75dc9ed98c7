using System.Text;

namespace CampaignEngine.Mail.Receiving;

/// <summary>Bytes to text by the name of a character set; a name that is unknown, or unsafe like UTF-7, is read as UTF-8, with replacement characters for damage.</summary>
internal static class Charsets
{
    public static string Decode(string? name, ReadOnlySpan<byte> bytes) => Find(name).GetString(bytes);

    private static Encoding Find(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            return Encoding.UTF8;
        }

        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return Encoding.UTF8;
        }
    }
}
