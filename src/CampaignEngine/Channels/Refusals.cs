using System.Text.RegularExpressions;
using CampaignEngine.Dispatching;
using CampaignEngine.Tracking.Bounces;

namespace CampaignEngine.Channels;

/// <summary>Tells answers that refuse us from those that refuse a recipient, by the classes that bounces have.</summary>
public static partial class Refusals
{
    /// <summary>
    /// Spam, block list, reputation, authentication. An answer that asks for fewer connections or messages, or to come again (greylisting), is none: it is a
    /// deferral, and passes.
    /// </summary>
    public static bool IsBlock(SendVerdict verdict)
    {
        if (string.IsNullOrEmpty(verdict.Text) || (verdict.Outcome == SendOutcome.Deferred && Greylisting().IsMatch(verdict.Text)))
        {
            return false;
        }

        var found = BounceRules.BuiltIn.Classify(new BounceEvidence
        {
            Action = "failed", ReplyCode = verdict.Code, Text = verdict.Text,
            Status = StatusText().Match(verdict.Text) is { Success: true } status ? status.Value : null,
        });
        return found.Group is BounceGroup.Block or BounceGroup.Spam or BounceGroup.Auth && found.Name is not ("speeding" or "toomanyconn");
    }

    [GeneratedRegex("gr[ae]y[ -]?list", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Greylisting();

    [GeneratedRegex(@"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])")]
    private static partial Regex StatusText();
}
