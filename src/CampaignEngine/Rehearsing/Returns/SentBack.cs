namespace CampaignEngine.Rehearsing.Returns;

/// <summary>What the inbox sent back about a message that it took, and what became of that.</summary>
public sealed record SentBack
{
    /// <summary>What a gateway tells of an SMS.</summary>
    public const string Receipt = "receipt";

    /// <summary><see cref="Receipt"/>, or one of <see cref="ReturnedMail.Kinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>delivered</c> or <c>failed</c> of a receipt, the code of RFC 3463 of a bounce, the feedback type of a complaint.</summary>
    public required string Status { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Whether the other side took it.</summary>
    public required bool Taken { get; init; }

    /// <summary>Its code: HTTP to a receipt, SMTP to a report; null where nobody answered, or where it lies in a file.</summary>
    public int? Code { get; init; }

    /// <summary>Its words, the name of the file, or why nobody answered; may be empty.</summary>
    public string Answer { get; init; } = "";

    /// <summary><c>receipt delivered: taken (HTTP 204 No Content)</c>.</summary>
    public override string ToString()
    {
        var code = Code is null ? "" : $"{(Kind == Receipt ? "HTTP" : "SMTP")} {Code}";
        var words = string.Join(' ', ((string[])[code, Answer]).Where(w => w.Length > 0));
        return $"{Kind} {Status}: {(Taken ? "taken" : "not taken")}{(words.Length == 0 ? "" : $" ({words})")}";
    }
}
