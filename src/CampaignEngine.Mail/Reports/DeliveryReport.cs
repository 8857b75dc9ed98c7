using CampaignEngine.Mail.Composing;

namespace CampaignEngine.Mail.Reports;

/// <summary>What a delivery status notification (RFC 3464) says about one recipient. All values as written, without type and comment.</summary>
public sealed record ReportedRecipient
{
    /// <summary>The address that was written to, where the report names it; else the one that failed.</summary>
    public string? Recipient { get; init; }

    /// <summary>The address that failed, after aliases and forwards.</summary>
    public string? FinalRecipient { get; init; }

    /// <summary>failed, delayed, delivered, relayed, expanded, in lower case; null when missing.</summary>
    public string? Action { get; init; }

    /// <summary>As 5.1.1; null when missing or malformed.</summary>
    public string? Status { get; init; }

    /// <summary>The server that was spoken with; null when missing.</summary>
    public string? RemoteMta { get; init; }

    /// <summary>smtp, x-unix, ..., in lower case; empty when missing.</summary>
    public string DiagnosticType { get; init; } = "";

    /// <summary>What the remote server said, or a program; empty when missing.</summary>
    public string Diagnostic { get; init; } = "";
}

/// <summary>The message/delivery-status part of a report.</summary>
public static class DeliveryReport
{
    /// <summary>Recipients read of one report at most.</summary>
    public const int MostRecipients = 1000;

    /// <summary>True where a text holds the fields of a delivery report, in whatever part of the message.</summary>
    public static bool Stands(string text) => text.Contains("Final-Recipient:", StringComparison.OrdinalIgnoreCase) || text.Contains("Original-Recipient:", StringComparison.OrdinalIgnoreCase);

    /// <summary>The recipients in written order. Blank lines are not trusted: some programs put them between all fields, some put none.</summary>
    public static IReadOnlyList<ReportedRecipient> Read(string text)
    {
        var recipients = new List<ReportedRecipient>();
        var own = new List<MessageHeader>();
        var named = false;
        foreach (var block in ReportFields.Read(text))
        {
            var begins = true;
            foreach (var field in block.Fields)
            {
                // A new recipient begins with a field that the present one has, or with a block that names one.
                var final = Is(field, "Final-Recipient");
                if (named && ((final && Has(own, "Final-Recipient")) || (begins && Names(block))))
                {
                    Keep();
                }

                begins = false;
                named |= final || Is(field, "Original-Recipient");
                own.Add(field);
            }

            if (!named && !Names(block))
            {
                // Fields about the whole message. Some programs write Action before the first recipient, in a block of its own.
                own.RemoveAll(f => !Is(f, "Action") && !Is(f, "Status") && !Is(f, "Diagnostic-Code"));
            }
        }

        Keep();
        return recipients;

        void Keep()
        {
            if (named && recipients.Count < MostRecipients)
            {
                recipients.Add(Recipient(new ReportBlock([.. own])));
            }

            own.Clear();
            named = false;
        }
    }

    private static ReportedRecipient Recipient(ReportBlock fields)
    {
        var (type, text) = ReportFields.Typed(fields["Diagnostic-Code"]);
        var final = ReportFields.Address(fields["Final-Recipient"]) ?? ReportFields.Address(fields["X-Actual-Recipient"]);
        var action = ReportFields.Typed(fields["Action"]).Text.ToLowerInvariant();
        return new ReportedRecipient
        {
            Recipient = ReportFields.Address(fields["Original-Recipient"]) ?? final,
            FinalRecipient = final,
            Action = action.Split([' ', '(', ';'], 2)[0] is { Length: > 0 } word ? word : null,
            Status = StatusCode.Find(fields["Status"]),
            RemoteMta = ReportFields.Typed(fields["Remote-MTA"]).Text.Split([' ', '('], 2)[0].TrimEnd('.') is { Length: > 0 } server ? server : null,
            DiagnosticType = type,
            Diagnostic = text,
        };
    }

    private static bool Names(ReportBlock block) => Has(block.Fields, "Final-Recipient") || Has(block.Fields, "Original-Recipient");

    private static bool Has(IEnumerable<MessageHeader> fields, string name) => fields.Any(f => Is(f, name));

    private static bool Is(MessageHeader field, string name) => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
