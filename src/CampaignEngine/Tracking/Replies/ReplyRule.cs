namespace CampaignEngine.Tracking.Replies;

/// <summary>A canned answer to replies that have one of its words.</summary>
/// <param name="Name">Stands in engine.answer: one person gets the answer of one rule once a day.</param>
/// <param name="Words">Words or phrases, as <see cref="ReplyWords"/> finds them.</param>
/// <param name="Subject">Of the e-mail; null: that of the reply.</param>
/// <param name="Text">Answer by e-mail; null: this rule answers none.</param>
/// <param name="Sms">Answer by SMS; null: this rule answers none.</param>
public sealed record ReplyRule(string Name, IReadOnlyList<string> Words, string? Subject, string? Text, string? Sms)
{
    public string? AnswerOn(string channel) => channel == "sms" ? Sms : Text;
}
