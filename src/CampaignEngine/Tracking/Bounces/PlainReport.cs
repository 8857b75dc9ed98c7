using System.Text;
using CampaignEngine.Mail.Composing;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Reports;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>
/// Reports that programs write for people. No program's layout is known here. What they share is enough: an address, what was said about it near the address,
/// and the returned message at the end.
/// </summary>
internal sealed class PlainReport(BounceWords words)
{
    private const int LeastSaid = 12;

    /// <param name="text">The text of the report.</param>
    /// <param name="failed">X-Failed-Recipients; null when missing.</param>
    /// <param name="subject">In plain form; some programs say the reason there.</param>
    /// <param name="own">Addresses of the two who write to each other here: never the one that failed, unless nothing else is there.</param>
    /// <param name="original">Headers of the returned message.</param>
    public IReadOnlyList<BounceEvidence> Read(string text, string? failed, string subject, IReadOnlyList<string> own, IReadOnlyList<MessageHeader> original)
    {
        var report = WithoutOriginal(text, words);
        var recipients = Recipients(report, failed, own, original);
        return recipients.Count == 0
            ? [Evidence(null, report, true, report, subject)]
            : [.. recipients.Select(r => Evidence(r, PartAbout(report, r, recipients), recipients.Count == 1, report, subject))];
    }

    /// <summary>The report up to the returned message; quote marks of a forwarded report are taken away.</summary>
    public static string WithoutOriginal(string text, BounceWords words)
    {
        var (at, _) = OriginalBegins(text, words);
        var report = at < 0 ? text : text[..at];
        return report.Contains("\n>", StringComparison.Ordinal) ? string.Join('\n', report.Split('\n').Select(Unquoted)) : report;
    }

    /// <summary>Where the line stands that announces the returned message, and where the message begins; -1: nowhere.</summary>
    public static (int Line, int Message) OriginalBegins(string text, BounceWords words)
    {
        var at = 0;
        var said = false;
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            var behind = at + raw.Length;
            behind += behind < text.Length && text[behind] == '\r' ? 1 : 0;
            behind += behind < text.Length && text[behind] == '\n' ? 1 : 0;
            var line = raw.Trim();
            // The first header of a message that nobody announced. A report does not begin with one.
            if (said && (line.StartsWith("Received:", StringComparison.OrdinalIgnoreCase) || line.StartsWith("Return-Path:", StringComparison.OrdinalIgnoreCase)))
            {
                return (at, at);
            }

            if (line.Length is > 6 and < 120 && IsHeading(line) && words.OriginalBegins.StandIn(BounceText.Plain(line)))
            {
                return (at, behind);
            }

            said |= line.Length > 0;
            at = behind;
        }

        return (-1, -1);
    }

    /// <summary>The lines about one of several recipients: from one that names it to the next that names another.</summary>
    public static string PartAbout(string report, string? recipient, IEnumerable<string?> all)
    {
        if (recipient is null)
        {
            return report;
        }

        var others = all.OfType<string>().Where(a => !a.Equals(recipient, StringComparison.OrdinalIgnoreCase)).Distinct(StringComparer.OrdinalIgnoreCase).Take(100).ToList();
        var part = new StringBuilder();
        var inside = false;
        foreach (var line in report.AsSpan().EnumerateLines())
        {
            if (line.Contains('@'))
            {
                if (line.Contains(recipient, StringComparison.OrdinalIgnoreCase))
                {
                    inside = true;
                }
                else if (inside && Names(line, others))
                {
                    inside = false;
                }
            }

            // sendmail's transcript goes on with another server.
            inside &= !line.StartsWith("While talking to", StringComparison.OrdinalIgnoreCase);
            if (inside)
            {
                part.Append(line).Append('\n');
            }
        }

        // A name and nothing behind it: what is said stands before it, or for all together.
        return part.Length > recipient.Length + LeastSaid ? part.ToString() : report;
    }

    /// <summary>What servers said: the lines marked as theirs, else from the first reply code on. Empty when there is none.</summary>
    public static string RepliesIn(string report)
    {
        var said = new StringBuilder();
        foreach (var raw in report.AsSpan().EnumerateLines())
        {
            var line = raw.Trim();
            if (line.StartsWith("<<<") && line.Length > 7)
            {
                said.Append(line[3..].Trim()).Append('\n');
            }
            else if (said.Length > 0 && !line.StartsWith("<<<"))
            {
                break;
            }
        }

        if (said.Length > 0)
        {
            return said.ToString().TrimEnd();
        }

        if (StatusCode.FindRefusal(report) is not { } reply)
        {
            return "";
        }

        // To the end of the paragraph.
        var rest = report[reply.At..];
        var end = rest.ReplaceLineEndings("\n").IndexOf("\n\n", StringComparison.Ordinal);
        return (end < 0 ? rest : rest.ReplaceLineEndings("\n")[..end]).Trim();
    }

    private BounceEvidence Evidence(string? recipient, string near, bool alone, string report, string subject)
    {
        // A transcript may stand before the line that names the recipient.
        var said = RepliesIn(alone ? report : near);
        var reply = StatusCode.FindReply(said);
        var plain = BounceText.Plain(alone ? report : near);
        return new BounceEvidence
        {
            Recipient = recipient,
            Action = words.Delayed.StandIn(BounceText.Plain(report)) ? "delayed" : null,
            Status = reply?.Status ?? StatusCode.Find(said) ?? StatusCode.Find(alone ? report : near),
            ReplyCode = reply?.Code,
            Command = words.CommandOf(plain),
            Text = said.Length > 0 ? said : near,
            Around = report + "\n" + subject,
        };
    }

    private List<string> Recipients(string report, string? failed, IReadOnlyList<string> own, IReadOnlyList<MessageHeader> original)
    {
        if (failed is not null && AddressFinder.In(failed).Distinct(StringComparer.OrdinalIgnoreCase).Take(BounceReader.MostRecipients).ToList() is { Count: > 0 } listed)
        {
            return listed;
        }

        var leading = new List<string>();
        var named = new List<string>();
        var envelope = new List<string>();
        foreach (var raw in report.AsSpan().EnumerateLines())
        {
            if (!raw.Contains('@') || leading.Count >= BounceReader.MostRecipients || raw.Contains("message-id", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var line = raw.ToString();
            foreach (var address in AddressFinder.In(line).Take(20))
            {
                if (line.Contains("RCPT TO", StringComparison.OrdinalIgnoreCase) || IsAnswerAbout(line, address))
                {
                    envelope.Add(address);
                }
                else if (Leads(line, address))
                {
                    leading.Add(address);
                }
                else if (!line.Contains("://", StringComparison.Ordinal))
                {
                    named.Add(address);
                }
            }
        }

        var returnedTo = MailParts.Find(original, "To") is { } to ? AddressFinder.In(to).ToList() : [];
        foreach (var candidates in (List<string>[])[leading, envelope, named, returnedTo])
        {
            if (candidates.Where(a => !own.Contains(a, StringComparer.OrdinalIgnoreCase) && !words.ReportingSender.StandIn(a.ToLowerInvariant() + " "))
                .Distinct(StringComparer.OrdinalIgnoreCase).Take(BounceReader.MostRecipients).ToList() is { Count: > 0 } found)
            {
                return found;
            }
        }

        // Somebody wrote to himself: a test, as a rule.
        return [.. leading.Concat(envelope).Distinct(StringComparer.OrdinalIgnoreCase).Take(1)];
    }

    private static string Unquoted(string line) => line.StartsWith("> ", StringComparison.Ordinal) ? line[2..] : line is ">" or ">\r" ? "" : line;

    // A line of its own, not a sentence that mentions the message.
    private static bool IsHeading(ReadOnlySpan<char> line) => line[0] is '-' or '=' or '*' or '_' or '#' || line[^1] == ':' || line.TrimEnd('.').EndsWith("follows", StringComparison.OrdinalIgnoreCase)
        || line.TrimEnd('.').EndsWith("follow", StringComparison.OrdinalIgnoreCase);

    // The address stands first in its line, or behind a label; a sentence that happens to name it does not count.
    private static bool Leads(string line, string address)
    {
        var before = line.AsSpan(0, line.IndexOf(address, StringComparison.Ordinal)).TrimEnd(" \t<\"'([").TrimStart(" \t>*-");
        return before.IsEmpty || (before[^1] == ':' && before.Length < 40 && !before.ToString().Contains("from", StringComparison.OrdinalIgnoreCase));
    }

    // "550 <address>... User unknown": a line of sendmail's transcript.
    private static bool IsAnswerAbout(string line, string address)
    {
        var before = line.AsSpan(0, line.IndexOf(address, StringComparison.Ordinal)).Trim(" \t<");
        return before.Length == 3 && before[0] is '4' or '5' && char.IsAsciiDigit(before[1]) && char.IsAsciiDigit(before[2]) && line.Contains("...", StringComparison.Ordinal);
    }

    private static bool Names(ReadOnlySpan<char> line, List<string> addresses)
    {
        foreach (var address in addresses)
        {
            if (line.Contains(address, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
