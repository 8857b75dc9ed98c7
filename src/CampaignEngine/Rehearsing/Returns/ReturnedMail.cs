using System.Buffers;
using System.Globalization;
using System.Text;
using CampaignEngine.Mail.Receiving;

namespace CampaignEngine.Rehearsing.Returns;

/// <summary>
/// The mail that comes back about a message: a delivery report (RFC 3464) of a mailbox that is none or is full, or a complaint in the feedback format (RFC 5965). Each returns
/// the message's own headers, as mail servers do.
/// </summary>
internal static class ReturnedMail
{
    /// <summary>There is no such mailbox: 5.1.1.</summary>
    public const string Bounce = "bounce";

    /// <summary>The mailbox is full: 5.2.2.</summary>
    public const string Full = "full";

    /// <summary>The recipient calls it spam.</summary>
    public const string Complaint = "complaint";

    /// <summary>Every kind, as it is written among faults.</summary>
    public static readonly IReadOnlyList<string> Kinds = [Bounce, Full, Complaint];

    /// <summary>What a report of this kind says: a code of RFC 3463, or the feedback type.</summary>
    public static string StatusOf(string kind) => kind switch { Full => "5.2.2", Bounce => "5.1.1", _ => "abuse" };

    private const int MostHeaders = 16 * 1024;

    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="number">Of the report, which makes its Message-ID and boundary its own.</param>
    public static byte[] Compose(string kind, ReceivedMessage message, long number)
    {
        var recipient = Line(message.Recipients[0]);
        var headers = Headers(message.Data);
        var boundary = string.Create(CultureInfo.InvariantCulture, $"returned-{number}");
        var date = message.ReceivedAt.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);
        var complaint = kind == Complaint;
        var status = StatusOf(kind);
        var said = kind == Full ? $"552 {status} mailbox full" : $"550 {status} no such user here";
        var type = complaint ? "feedback-report" : "delivery-status";
        var body = new StringBuilder()
            .Append(complaint ? "From: Feedback <feedback@inbox.invalid>" : "From: Mail Delivery System <MAILER-DAEMON@inbox.invalid>").Append("\r\n")
            .Append("To: ").Append(Line(message.Sender)).Append("\r\n")
            .Append("Subject: ").Append(complaint ? "complaint about a message" : "Undelivered Mail Returned to Sender").Append("\r\n")
            .Append("Date: ").Append(date).Append("\r\n")
            .Append("Message-ID: <").Append(boundary).Append('.').Append(message.ReceivedAt.UtcTicks.ToString(CultureInfo.InvariantCulture)).Append("@inbox.invalid>\r\n")
            .Append("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n")
            .Append("Content-Type: multipart/report; report-type=").Append(type).Append("; boundary=\"").Append(boundary).Append("\"\r\n\r\n")
            .Append("--").Append(boundary).Append("\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n")
            .Append(complaint ? "This message was called spam by its recipient.\r\n" : $"Your message could not be delivered.\r\n\r\n<{recipient}>: {said}\r\n")
            .Append("\r\n--").Append(boundary).Append("\r\nContent-Type: message/").Append(type).Append("\r\n\r\n")
            .Append(complaint
                ? $"Feedback-Type: {status}\r\nUser-Agent: campaign-inbox/1\r\nVersion: 1\r\nOriginal-Mail-From: <{Line(message.Sender)}>\r\nOriginal-Rcpt-To: <{recipient}>\r\nArrival-Date: {date}\r\n"
                : $"Reporting-MTA: dns; inbox.invalid\r\nArrival-Date: {date}\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {said}\r\n")
            .Append("\r\n--").Append(boundary).Append("\r\nContent-Type: text/rfc822-headers\r\n\r\n").Append(headers)
            .Append("\r\n--").Append(boundary).Append("--\r\n");
        return Encoding.Latin1.GetBytes(body.ToString());
    }

    private static string Headers(ReadOnlyMemory<byte> message)
    {
        var end = message.Span.IndexOf("\r\n\r\n"u8);
        var head = message.Span[..(end < 0 ? 0 : end + 2)];
        if (head.Length > MostHeaders)
        {
            head = head[..(head[..MostHeaders].LastIndexOf("\r\n"u8) + 2)];
        }

        return Encoding.Latin1.GetString(head);
    }

    // Addresses come from whoever speaks SMTP: none may begin a line of its own.
    private static string Line(string text) => string.Concat(text.Where(c => c is >= ' ' and < (char)127));
}
