using System.Diagnostics;
using System.Text;
using CampaignEngine.Tracking.Bounces;

namespace CampaignEngine.Tests.Tracking.Bounces;

public sealed class BounceReaderTests
{
    private const string Daemon = "From: MAILER-DAEMON@relay.test\nTo: shop@shop.test\nSubject: failure notice\n";

    /// <summary>Reports for people, each in the manner of one program: recipients with class, status and code.</summary>
    public static TheoryData<string, string, string> Programs => new()
    {
        {
            "qmail", Daemon + "\nHi. This is the qmail-send program.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<anna@a.test>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
                + "<ben@b.test>:\n192.0.2.1 does not like recipient.\nRemote host said: 552 5.2.2 over quota\nGiving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <shop@shop.test>\nTo: carl@c.test\n",
            "anna@a.test userunknown 5.1.1 |ben@b.test mailboxfull 5.2.2 552"
        },
        {
            "exim", Daemon + "X-Failed-Recipients: anna@a.test\nAuto-Submitted: auto-replied\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
                + "  anna@a.test\n    SMTP error from remote mail server after RCPT TO:<anna@a.test>:\n    host mx.a.test [192.0.2.1]: 550 5.1.1 no such user here\n\n------ This is a copy of the message, including all the headers. ------\n",
            "anna@a.test userunknown 5.1.1 550"
        },
        {
            "sendmail", Daemon + "\n   ----- The following addresses had permanent fatal errors -----\n<anna@a.test>\n    (reason: 554 5.7.1 rejected as spam)\n\n   ----- Transcript of session follows -----\n"
                + "... while talking to mx.a.test.:\n>>> DATA\n<<< 554 5.7.1 rejected as spam\n554 5.0.0 Service unavailable\n",
            "anna@a.test spamdetected 5.7.1 554"
        },
        {
            "exchange", "From: System Administrator <postmaster@a.test>\nTo: shop@shop.test\nSubject: Undeliverable: spring\n\nYour message\n\n  To:      anna@a.test\n  Subject: spring\n\ndid not reach the following recipient(s):\n\n"
                + "anna@a.test on Thu, 29 Apr 2027 16:51:51 -0500\n    The recipient name is not recognized\n",
            "anna@a.test userunknown  "
        },
        {
            "domino", "From: Postmaster@a.test\nTo: shop@shop.test\nSubject: DELIVERY FAILURE: User Anna (anna@a.test) not listed in Domino Directory\n\nYour message\n\n  Subject: spring\n\nwas not delivered to:\n\n  anna@a.test\n\nbecause:\n\n"
                + "  User Anna (anna@a.test) not listed in Domino Directory\n",
            "anna@a.test userunknown  "
        },
        {
            "gmail", "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nTo: shop@shop.test\nSubject: Delivery Status Notification (Delay)\n\nDelivery to the following recipient has been delayed:\n\n     anna@a.test\n\nMessage will be retried for 2 more day(s)\n\n"
                + "Technical details of temporary failure:\nThe recipient server did not accept our requests to connect.\n\n----- Original message -----\n",
            "anna@a.test expired  "
        },
        {
            "a phone company", "From: <Postmaster@carrier.test>\nTo: shop@shop.test\nSubject: Mail System Error - Returned Mail\n\nEach of the following recipients was rejected by a remote mail server.\n\n    Recipient: <anna@carrier.test>\n    >>> RCPT TO:<anna@carrier.test>\n    <<< 550 <anna@carrier.test>: User unknown\n",
            "anna@carrier.test userunknown  550"
        },
        {
            "HTML only", "From: postmaster@a.test\nTo: shop@shop.test\nSubject: Undeliverable: spring\nContent-Type: text/html\n\n<html><style>p { color: red }</style><p>Your message to <b>anna@a.test</b> couldn't be delivered.</p><p>The recipient&#39;s mailbox is full.</p></html>",
            "anna@a.test mailboxfull  "
        },
        {
            "forwarded", "From: ben@shop.test\nTo: shop@shop.test\nSubject: Fwd: Returned mail: see transcript for details\n\nBegin forwarded message:\n\n> From: Mail Delivery Subsystem <MAILER-DAEMON>\n> To: ben@shop.test\n>\n>    ----- Transcript of session follows -----\n"
                + "> <<< 550 5.1.1 <anna@a.test>... User unknown\n",
            "anna@a.test userunknown 5.1.1 550"
        },
        {
            "fields within the text", Daemon + "\nTechnical report:\n\nReporting-MTA: dns; mx.test\n\nAction: failed\nFinal-Recipient: rfc822; <anna@a.test> (Anna)\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\nStatus: 5.1.1 (bad mailbox)\n",
            "anna@a.test userunknown 5.1.1 550"
        },
        {
            "a receipt", "From: anna@a.test\nTo: shop@shop.test\nSubject: Read: spring\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\nread\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; anna@a.test\nDisposition: manual-action/MDN-sent-manually; displayed\n--b--\n",
            "anna@a.test vacation  "
        },
        {
            "Amazon SES", "From: no-reply@sns.amazonaws.com\nTo: shop@shop.test\nSubject: AWS Notification Message\n\n{\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":[{\"emailAddress\":\"anna@a.test\",\"action\":\"failed\",\"status\":\"5.1.1\",\"diagnosticCode\":\"smtp; 550 5.1.1 user unknown\"}]}}\n",
            "anna@a.test userunknown 5.1.1 550"
        },
        {
            "sendmail 5, which talked to several servers", Daemon + "\n   ----- Transcript of session follows -----\nWhile talking to mx.a.test:\n>>> RCPT To:<anna@a.test>\n<<< 550 mailbox not found\n550 <anna@a.test>... User unknown\n"
                + "550 b.test (smtp)... 550 Host unknown\n554 <ben@b.test>... 550 Host unknown (Authoritative answer from name server)\nWhile talking to mx.c.test:\n>>> QUIT\n<<< 421 mx.c.test out of memory\n\n   ----- Unsent message follows -----\nTo: anna@a.test\n",
            "anna@a.test userunknown  550|ben@b.test hostunknown  554"
        },
        {
            "postfix to its postmaster", Daemon + "\nTranscript of session follows.\n\n Out: 220 mx.shop.test ESMTP\n In:  EHLO relay.test\n Out: 250-mx.shop.test\n Out: 250 DSN\n In:  RCPT TO:<anna@a.test>\n Out: 250 2.1.5 Ok\n In:  DATA\n"
                + " Out: 354 End data with <CR><LF>.<CR><LF>\n Out: 451 4.3.0 Error: queue file write error\n",
            "anna@a.test systemerror 4.3.0 451"
        },
        {
            "KDDI, which names the address", Reported("Final-Recipient: rfc822; anna@a.test\nAction: failed\nStatus: 5.0.0\nRemote-MTA: dns; lsean.ezweb.ne.jp. (192.0.2.1)\nDiagnostic-Code: smtp; 550 <anna@a.test>: User unknown\n"),
            "anna@a.test userunknown 5.0.0 550"
        },
        {
            "KDDI, which does not", Reported("Final-Recipient: rfc822; anna@a.test\nAction: failed\nStatus: 5.0.0\nRemote-MTA: dns; lsean.ezweb.ne.jp\nDiagnostic-Code: smtp; 550 : User unknown\n"),
            "anna@a.test filtered 5.0.0 550"
        },
        {
            "a program that only gives its exit code", Reported("Final-Recipient: rfc822; anna@a.test\nAction: delayed\nStatus: 4.5.0\nDiagnostic-Code: x-unix; 71\n"),
            "anna@a.test mailererror 4.5.0 "
        },
        {
            "Apple Mail", "From: anna@a.test\nTo: shop@shop.test\nSubject: unsubscribe\nAuto-Submitted: auto-replied\n\nApple Mail sent this email to unsubscribe from the message \u201cspring\u201d.\n",
            "anna@a.test feedback  "
        },
        {
            "no semicolon behind the type", Daemon.Replace("failure notice", "Undeliverable: spring", StringComparison.Ordinal) + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n   charset=\"us-ascii\"\n\n<anna@a.test>: mailbox full\n--b--\n",
            "anna@a.test mailboxfull  "
        },
        { "nothing at all", "From: ben@b.test\nTo: shop@shop.test\nSubject: Your tea\n\nIs the oolong back? My old address user unknown, you wrote.\n", "" },
    };

    [Theory]
    [InlineData("4.0.0", BounceGroup.Soft, false)]
    [InlineData("5.1.10", BounceGroup.Hard, true)]
    [InlineData(null, BounceGroup.Hard, true)]
    public void ADomainThatTakesNoMailForNowIsNotGone(string? status, BounceGroup group, bool hard)
    {
        var evidence = new BounceEvidence { Text = "the domain returned Null MX", Status = status };
        var row = BounceRow.Of("mail", 1, new BounceMail { Kind = BounceMailKind.Report }, evidence, BounceRules.BuiltIn.Classify(evidence));
        Assert.Equal(("notaccept", group, hard), (row.Class, row.Group, row.Hard));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void ReadsWhatAProgramWroteForPeople(string program, string mail, string expected)
    {
        _ = program;
        Assert.Equal(expected, Rows(Reports.Mail(mail)));
        // The same with other line ends.
        Assert.Equal(expected, Rows(Encoding.UTF8.GetBytes(mail)));
        Assert.Equal(expected, Rows(Encoding.UTF8.GetBytes(mail.ReplaceLineEndings("\r"))));
    }

    [Fact]
    public void TenThousandPartsAreNotAllRead()
    {
        var mail = new StringBuilder("From: MAILER-DAEMON@a.test\nContent-Type: multipart/mixed; boundary=b\n\n");
        for (var i = 0; i < 10_000; i++)
        {
            mail.Append("--b\nContent-Type: text/plain\n\nzork\n");
        }

        Assert.False(Read(Encoding.UTF8.GetBytes(mail.ToString())).IsComplete);
    }

    [Fact]
    public void NestedMultipartsEndAtTheLimit()
    {
        var mail = new StringBuilder("From: MAILER-DAEMON@a.test\n");
        for (var i = 0; i < 5_000; i++)
        {
            mail.Append("Content-Type: multipart/mixed; boundary=b").Append(i).Append("\n\n--b").Append(i).Append('\n');
        }

        Assert.False(Read(Encoding.UTF8.GetBytes(mail.ToString())).IsComplete);
    }

    [Fact]
    public void AReportAboutMoreRecipientsThanTheLimitIsCut()
    {
        var mail = new StringBuilder("From: MAILER-DAEMON@a.test\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\n");
        for (var i = 0; i < 5_000; i++)
        {
            mail.Append("Final-Recipient: rfc822; a").Append(i).Append("@a.test\nAction: failed\nStatus: 5.1.1\n\n");
        }

        Assert.InRange(Read(Encoding.UTF8.GetBytes(mail.ToString())).Recipients.Count, 900, BounceReader.MostRecipients);
    }

    [Fact]
    public void DamageOfEveryKindIsReadInTimeAndWithoutAFault()
    {
        var random = new Random(11);
        var mails = Programs.Select(p => Encoding.UTF8.GetBytes(p.Data.Item2)).ToList();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 3_000; i++)
        {
            var mail = mails[i % mails.Count].ToArray();
            for (var k = 0; k < 1 + (i % 20); k++)
            {
                mail[random.Next(mail.Length)] = (byte)random.Next(256);
            }

            var read = Read(mail.AsMemory(0, random.Next(mail.Length)).ToArray());
            foreach (var recipient in read.Recipients)
            {
                BounceRules.BuiltIn.Classify(read, recipient);
            }
        }

        foreach (var junk in (string[])[new string('\0', 500_000), new string('<', 500_000), new string('@', 500_000), "a@" + new string('.', 500_000), new string('-', 500_000), string.Concat(Enumerable.Repeat("--b\n", 200_000)),
            Daemon + "\n" + string.Concat(Enumerable.Repeat("a@b.test: ", 50_000)), Daemon + "\n" + string.Concat(Enumerable.Repeat("550 ", 100_000)), Daemon + "\n" + string.Concat(Enumerable.Repeat("250 ", 100_000)), Daemon + "\n" + string.Concat(Enumerable.Repeat("x" + new string('y', 90) + "\n", 20_000))])
        {
            Read(Encoding.UTF8.GetBytes(junk));
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed}");
    }

    private static BounceMail Read(byte[] mail) => new BounceReader(BounceRules.BuiltIn).Read(mail);

    private static string Reported(string fields) => Daemon + "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n" + fields + "\n--b--\n";

    private static string Rows(byte[] mail)
    {
        var read = Read(mail);
        return string.Join('|', read.Recipients.Select(r => $"{r.Recipient} {BounceRules.BuiltIn.Classify(read, r).Name} {r.Status} {r.ReplyCode}"));
    }
}
