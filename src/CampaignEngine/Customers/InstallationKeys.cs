using System.Security.Cryptography;
using System.Text;

namespace CampaignEngine.Customers;

/// <summary>
/// The installation's secret, from which every keyed hash and token is derived (HKDF, one purpose each). Source: the environment
/// variable CAMPAIGN_KEY (at least 32 bytes, base64 or hex), else the file <c>.campaign/installation.key</c>, made on first use
/// (32 random bytes, base64, readable by its owner only). Losing it makes suppressions and holdouts unrecognisable: back it up.
/// </summary>
public sealed class InstallationKeys
{
    private const string Variable = "CAMPAIGN_KEY";
    private readonly byte[] _secret;

    public InstallationKeys(byte[] secret)
    {
        if (secret.Length < 32)
        {
            throw new ArgumentException("the installation key needs at least 32 bytes", nameof(secret));
        }

        _secret = secret;
    }

    /// <exception cref="InvalidDataException">The variable or the file holds no usable key; the text says which and what to do.</exception>
    public static InstallationKeys Load(string workspaceDirectory)
    {
        var fromEnvironment = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrWhiteSpace(fromEnvironment))
        {
            return new InstallationKeys(Decode(fromEnvironment.Trim(), $"environment variable {Variable}"));
        }

        var file = Path.Combine(workspaceDirectory, ".campaign", "installation.key");
        if (!File.Exists(file))
        {
            Create(file);
        }

        return new InstallationKeys(Decode(File.ReadAllText(file).Trim(), file));
    }

    /// <summary>32 bytes for one purpose ("recipient", "cell", "token", ...).</summary>
    public byte[] Derive(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _secret, 32, info: Encoding.UTF8.GetBytes("campaign-engine/" + purpose));

    // Written whole under another name and then linked into place: two first commands at once agree on one key.
    private static void Create(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var temporary = $"{file}.{Convert.ToHexString(RandomNumberGenerator.GetBytes(6))}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n"));
            stream.Flush(flushToDisk: true);
        }
        try
        {
            File.Move(temporary, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(temporary);
        }
    }

    private static byte[] Decode(string text, string source)
    {
        byte[]? key = null;
        try
        {
            key = text.Length >= 64 && text.All(Uri.IsHexDigit) ? Convert.FromHexString(text) : Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
        }
        if (key is not { Length: >= 32 })
        {
            throw new InvalidDataException($"{source}: holds no installation key; it needs at least 32 bytes in base64 or hex. Restore it from your backup");
        }

        return key;
    }
}
