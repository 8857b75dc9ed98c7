using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CampaignEngine.Mail.Signing;

/// <summary>
/// Signs messages with rsa-sha256, relaxed/relaxed (RFC 6376). One per thread, used for one message after the other; its buffers are used again.
/// </summary>
public sealed class DkimSigner(DkimKey key, TimeProvider time) : IDisposable
{
    private const int FoldAt = 76;

    private readonly RSA _rsa = key.CreateRsa();
    private readonly SignedHeaders _headers = new();
    private readonly ArrayBufferWriter<byte> _canonical = new(32 * 1024);
    private readonly ArrayBufferWriter<byte> _field = new(1024);
    private readonly byte[] _hash = new byte[SHA256.HashSizeInBytes];
    private readonly byte[] _signature = new byte[key.Bits / 8];
    private int _column;

    /// <summary>Appends the DKIM-Signature header with its line end; it belongs before the message's first header.</summary>
    /// <param name="message">A whole message with CRLF line ends, as <c>MessageComposer</c> writes it.</param>
    public void WriteSignature(ReadOnlySpan<byte> message, IBufferWriter<byte> output)
    {
        var body = _headers.Read(message);
        WriteField(message, body);

        // 3.7: the signed headers, then the signature's own with an empty b= and without its line end.
        _canonical.ResetWrittenCount();
        _headers.Visit(message, _canonical, static (canonical, name, value, present) =>
        {
            if (present)
            {
                RelaxedForm.WriteHeader(name, value, canonical);
                canonical.Write("\r\n"u8);
            }
        });
        var field = _field.WrittenSpan;
        var colon = field.IndexOf((byte)':');
        RelaxedForm.WriteHeader(field[..colon], field[(colon + 1)..], _canonical);
        SHA256.HashData(_canonical.WrittenSpan, _hash);
        if (!_rsa.TrySignHash(_hash, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1, out var length))
        {
            throw new CryptographicException("the signature is longer than the key");
        }

        output.Write(field);
        WriteFolded(Convert.ToBase64String(_signature.AsSpan(0, length)), output);
        output.Write("\r\n"u8);
    }

    public void Dispose() => _rsa.Dispose();

    /// <summary>The field up to and with <c>b=</c>.</summary>
    private void WriteField(ReadOnlySpan<byte> message, int body)
    {
        _canonical.ResetWrittenCount();
        RelaxedForm.WriteBody(message[body..], _canonical);
        SHA256.HashData(_canonical.WrittenSpan, _hash);

        _field.ResetWrittenCount();
        Append(string.Create(CultureInfo.InvariantCulture, $"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={key.Domain};\r\n s={key.Selector}; t={time.GetUtcNow().ToUnixTimeSeconds()};\r\n h="));
        _column = 3;
        _headers.Visit(message, this, static (signer, name, _, _) => signer.AppendName(name));
        Append($";\r\n bh={Convert.ToBase64String(_hash)};\r\n b=");
    }

    private void AppendName(ReadOnlySpan<byte> name)
    {
        if (_column > 3)
        {
            _field.Write(":"u8);
            _column++;
            if (_column + name.Length >= FoldAt)
            {
                _field.Write("\r\n  "u8);
                _column = 2;
            }
        }

        _field.Write(name);
        _column += name.Length;
    }

    private void Append(string text) => Encoding.ASCII.GetBytes(text, _field);

    private static void WriteFolded(string base64, IBufferWriter<byte> output)
    {
        var column = " b=".Length;
        var rest = base64.AsSpan();
        while (!rest.IsEmpty)
        {
            var take = Math.Min(rest.Length, FoldAt - column);
            Encoding.ASCII.GetBytes(rest[..take], output);
            rest = rest[take..];
            if (!rest.IsEmpty)
            {
                output.Write("\r\n "u8);
                column = 1;
            }
        }
    }
}
