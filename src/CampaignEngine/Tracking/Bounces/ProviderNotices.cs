using System.Text.Json;
using CampaignEngine.Mail.Reports;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>Notices of Amazon SES that come by mail as JSON (its "notification contents" are published): bounce, complaint, delivery.</summary>
internal static class ProviderNotices
{
    private const int Longest = 256 * 1024;

    /// <summary>Null when the text is no such notice.</summary>
    public static BounceMail? Read(string text, BounceMail mail)
    {
        var at = text.IndexOf('{', StringComparison.Ordinal);
        if (at < 0 || text.AsSpan(0, at).Trim().Length > 0 || text.Length > Longest || !text.Contains("notificationType", StringComparison.Ordinal) && !text.Contains("eventType", StringComparison.Ordinal))
        {
            return null;
        }

        // Mail breaks long lines: inside a JSON text a line end means nothing.
        var bytes = System.Text.Encoding.UTF8.GetBytes(text[at..].Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal));
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 16 });
        try
        {
            return JsonDocument.TryParseValue(ref reader, out var document) ? Read(document, mail) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static BounceMail? Read(JsonDocument document, BounceMail mail)
    {
        using (document)
        {
            var root = document.RootElement;
            return (Text(root, "notificationType") ?? Text(root, "eventType")) switch
            {
                "Complaint" => FeedbackNotices.Of(mail, Text(Get(root, "complaint"), "complaintFeedbackType") ?? "abuse",
                    [.. Items(Get(root, "complaint"), "complainedRecipients").Select(r => Text(r, "emailAddress")).OfType<string>()]),
                "Bounce" => Report(mail, Items(Get(root, "bounce"), "bouncedRecipients").Select(Bounced)),
                "Delivery" => Report(mail, Items(Get(root, "delivery"), "recipients").Select(r => new BounceEvidence
                {
                    Recipient = r.GetString(), Action = "delivered", Text = Text(Get(root, "delivery"), "smtpResponse") ?? "",
                    Status = StatusCode.Find(Text(Get(root, "delivery"), "smtpResponse")), ReplyCode = StatusCode.FindReply(Text(Get(root, "delivery"), "smtpResponse") ?? "")?.Code,
                })),
                _ => null,
            };
        }
    }

    private static BounceMail? Report(BounceMail mail, IEnumerable<BounceEvidence> recipients) =>
        recipients.Take(BounceReader.MostRecipients).ToList() is { Count: > 0 } found ? mail with { Kind = BounceMailKind.Report, Recipients = found } : null;

    private static BounceEvidence Bounced(JsonElement recipient)
    {
        var (_, said) = ReportFields.Typed(Text(recipient, "diagnosticCode"));
        var reply = StatusCode.FindReply(said);
        return new BounceEvidence
        {
            Recipient = Text(recipient, "emailAddress"),
            Action = Text(recipient, "action")?.ToLowerInvariant(),
            Status = reply?.Status ?? StatusCode.Find(said) ?? StatusCode.Find(Text(recipient, "status")),
            ReplyCode = reply?.Code,
            Text = said,
        };
    }

    private static JsonElement Get(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement element, string name) => Get(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) => Get(element, name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];
}
