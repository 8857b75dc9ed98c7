using CampaignEngine.Authoring;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>The words by which reports, answers and the parts of unstructured reports are known: <c>words</c> of bounce-classes.yaml.</summary>
internal sealed class BounceWords
{
    private readonly IReadOnlyList<(string Command, Phrases Says)> _commands;

    public BounceWords(YamlMapping words)
    {
        OriginalBegins = Of(words, "original_begins");
        ReportingSender = Of(words, "reporting_sender");
        ReportSubject = Of(words, "report_subject");
        ReportText = Of(words, "report_text");
        AnswerSubject = Of(words, "answer_subject");
        Delayed = Of(words, "delayed");
        UnsubscribeText = Of(words, "unsubscribe_text");
        ComplaintSubject = Of(words, "complaint_subject");
        _commands = [.. words.Mapping("commands")!.Entries.Select(e => (e.Key.Text, new Phrases(((YamlSequence)e.Value).Items.OfType<YamlScalar>().Select(s => s.Text))))];
    }

    /// <summary>In a line of its own: from here on the returned message stands.</summary>
    public Phrases OriginalBegins { get; }

    /// <summary>In From or Return-Path: a mail system writes.</summary>
    public Phrases ReportingSender { get; }

    public Phrases ReportSubject { get; }

    public Phrases ReportText { get; }

    /// <summary>In the subject of an automatic answer.</summary>
    public Phrases AnswerSubject { get; }

    /// <summary>In a report that is a warning only.</summary>
    public Phrases Delayed { get; }

    public Phrases ComplaintSubject { get; }

    /// <summary>A mail program asks for no more mail in its owner's name.</summary>
    public Phrases UnsubscribeText { get; }

    /// <summary>The command that a text says was answered; where it names several, the first in the order of the file.</summary>
    public string? CommandOf(string text)
    {
        foreach (var (command, says) in _commands)
        {
            if (says.StandIn(text))
            {
                return command;
            }
        }

        return null;
    }

    private static Phrases Of(YamlMapping words, string key) => new(words.Writtens(key).Select(w => w.Text));
}
