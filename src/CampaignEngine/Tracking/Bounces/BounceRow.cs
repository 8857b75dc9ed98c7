namespace CampaignEngine.Tracking.Bounces;

/// <summary>One recipient of one mail, classified: what <c>campaign ingest</c> prints.</summary>
public sealed record BounceRow
{
    private const int LongestText = 500;

    /// <summary>Where the mail lies.</summary>
    public required string File { get; init; }

    /// <summary>Place of the recipient within the file, from 1.</summary>
    public required int Index { get; init; }

    /// <summary>The address as the report names it; null when it names none.</summary>
    public string? Recipient { get; init; }

    /// <summary>A class of bounce-classes.yaml.</summary>
    public required string Class { get; init; }

    /// <summary>The same word: other tools call it so.</summary>
    public string Reason => Class;

    public required BounceGroup Group { get; init; }

    /// <summary>The address will not work again.</summary>
    public required bool Hard { get; init; }

    /// <summary>Enhanced status (RFC 3463); null when the mail has none.</summary>
    public string? Status { get; init; }

    /// <summary>SMTP reply code; null when the mail has none.</summary>
    public int? ReplyCode { get; init; }

    /// <summary>failed, delayed, delivered ..., where the mail says so.</summary>
    public string? Action { get; init; }

    /// <summary>Feedback-Type of a complaint.</summary>
    public string? FeedbackType { get; init; }

    /// <summary>What was said, on one line, cut at 500 characters.</summary>
    public string Text { get; init; } = "";

    public static BounceRow Of(string file, int index, BounceMail mail, BounceEvidence evidence, BounceClass @class) => new()
    {
        File = file,
        Index = index,
        Recipient = evidence.Recipient,
        Class = @class.Name,
        Group = @class.GroupOf(evidence.Status),
        // A server that goes on trying has not given its last word.
        Hard = @class.GroupOf(evidence.Status) == BounceGroup.Hard && evidence.Action != "delayed",
        Status = evidence.Status,
        ReplyCode = evidence.ReplyCode,
        Action = evidence.Action,
        FeedbackType = mail.FeedbackType,
        Text = Line(evidence.Text),
    };

    private static string Line(string text)
    {
        var line = string.Join(' ', text[..Math.Min(text.Length, 2 * LongestText)].Split((char[])[' ', '\t', '\r', '\n', '\0'], StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestText ? line : line[..LongestText];
    }
}
