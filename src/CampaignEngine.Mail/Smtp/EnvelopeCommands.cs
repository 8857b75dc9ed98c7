using System.Buffers;
using System.Globalization;
using System.Text;

namespace CampaignEngine.Mail.Smtp;

/// <summary>Writes MAIL and RCPT with the parameters that this relay understands.</summary>
internal sealed class EnvelopeCommands(SmtpCapabilities capabilities, SmtpDsn? dsn)
{
    /// <summary>RFC 3461 4.4.</summary>
    private const int LongestEnvelopeId = 100;

    private readonly SmtpDsn? _dsn = capabilities.Dsn ? dsn : null;

    private readonly byte[] _notify = dsn is null ? [] : Encoding.ASCII.GetBytes(" NOTIFY=" + dsn.Notify switch
    {
        SmtpNotify.Never => "NEVER",
        var on => string.Join(',', new[] { (SmtpNotify.Success, "SUCCESS"), (SmtpNotify.Failure, "FAILURE"), (SmtpNotify.Delay, "DELAY") }.Where(n => on.HasFlag(n.Item1)).Select(n => n.Item2)),
    });

    public void AppendMail(ArrayBufferWriter<byte> output, SmtpEnvelope envelope, int size, MessageForm form)
    {
        output.Write("MAIL FROM:<"u8);
        Encoding.UTF8.GetBytes(envelope.Sender.Text, output);
        output.Write(">"u8);
        if (capabilities.Size)
        {
            output.Write(" SIZE="u8);
            size.TryFormat(output.GetSpan(11), out var written, default, CultureInfo.InvariantCulture);
            output.Advance(written);
        }

        if (form.IsEightBit)
        {
            output.Write(" BODY=8BITMIME"u8);
        }

        if (_dsn is not null)
        {
            output.Write(_dsn.ReturnWholeMessage ? " RET=FULL"u8 : " RET=HDRS"u8);
            if (envelope.Id is { Length: > 0 } id && LengthOfXtext(id) <= LongestEnvelopeId)
            {
                output.Write(" ENVID="u8);
                WriteXtext(output, id);
            }
        }

        output.Write(envelope.NeedsSmtpUtf8 || form.HasEightBitHeaders ? " SMTPUTF8\r\n"u8 : "\r\n"u8);
    }

    public void AppendRecipient(ArrayBufferWriter<byte> output, SmtpEnvelope envelope)
    {
        output.Write("RCPT TO:<"u8);
        Encoding.UTF8.GetBytes(envelope.Recipient.Text, output);
        output.Write(">"u8);
        if (_dsn is not null)
        {
            output.Write(_notify);

            // The form for international addresses (RFC 6533) is understood by few; without ORCPT the relay uses the recipient itself.
            if (!envelope.Recipient.NeedsSmtpUtf8 && _dsn.Notify != SmtpNotify.Never)
            {
                output.Write(" ORCPT=rfc822;"u8);
                WriteXtext(output, envelope.Recipient.Text);
            }
        }

        output.Write("\r\n"u8);
    }

    private static int LengthOfXtext(string text)
    {
        var length = 0;
        foreach (var c in text)
        {
            length += IsPlain(c) ? 1 : 3;
        }

        return length;
    }

    /// <summary>RFC 3461 4: printable ASCII but plus and equals signs; the rest as plus sign and two hexadecimal digits.</summary>
    private static void WriteXtext(ArrayBufferWriter<byte> output, string text)
    {
        var to = output.GetSpan(text.Length * 3);
        var at = 0;
        foreach (var c in text)
        {
            if (IsPlain(c))
            {
                to[at++] = (byte)c;
                continue;
            }

            to[at++] = (byte)'+';
            ((byte)c).TryFormat(to[at..], out var written, "X2", CultureInfo.InvariantCulture);
            at += written;
        }

        output.Advance(at);
    }

    private static bool IsPlain(char c) => c is > ' ' and <= '~' and not ('+' or '=');
}
