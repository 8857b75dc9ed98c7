using System.Text;

namespace CampaignEngine.Tests.Tracking.Bounces;

/// <summary>Mails about mail, written by hand.</summary>
internal static class Reports
{
    private static int _number;

    /// <summary>A report of RFC 3464.</summary>
    /// <param name="to">Where it was sent: the return path of the message.</param>
    public static byte[] Dsn(
        string to = "bounces@shop.test", string recipient = "anna@mail.test", string status = "5.1.1", string said = "550 5.1.1 no such user", string action = "failed",
        string date = "Tue, 10 Mar 2026 10:00:00 +0000", string original = "Message-ID: <x@y.test>") => Mail($"""
        From: Mail Delivery System <MAILER-DAEMON@relay.test>
        To: {to}
        Subject: Undelivered Mail Returned to Sender
        Date: {date}
        Message-ID: <{Interlocked.Increment(ref _number)}@relay.test>
        Content-Type: multipart/report; report-type=delivery-status; boundary=b

        --b
        Content-Type: text/plain

        Your message could not be delivered.

        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; relay.test

        Final-Recipient: rfc822; {recipient}
        Action: {action}
        Status: {status}
        Diagnostic-Code: smtp; {said}

        --b
        Content-Type: text/rfc822-headers

        {original}

        --b--
        """);

    /// <summary>A report of RFC 5965.</summary>
    public static byte[] Complaint(string to, string type = "abuse") => Mail($"""
        From: feedback@provider.test
        To: {to}
        Subject: FW: spring
        Date: Tue, 10 Mar 2026 12:00:00 +0000
        Message-ID: <{Interlocked.Increment(ref _number)}@provider.test>
        Content-Type: multipart/report; report-type=feedback-report; boundary=b

        --b
        Content-Type: message/feedback-report

        Feedback-Type: {type}
        User-Agent: Provider/1
        Version: 1
        Original-Rcpt-To: anna@mail.test

        --b
        Content-Type: message/rfc822

        From: shop@shop.test
        To: anna@mail.test

        --b--
        """);

    /// <summary>Line ends as they are on the wire.</summary>
    public static byte[] Mail(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n") + "\r\n");
}
