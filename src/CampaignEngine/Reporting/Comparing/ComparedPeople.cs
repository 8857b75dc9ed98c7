namespace CampaignEngine.Reporting.Comparing;

/// <summary>People of a campaign who are alike in everything that is compared.</summary>
internal sealed record ComparedPeople(string List, string Timing, string Offer, string Creative, long People, long Responses, long Conversions)
{
    /// <summary>What may explain a difference, in the order it is written in.</summary>
    public static readonly string[] Factors = ["list", "timing", "offer", "creative"];

    public string Level(int factor) => factor switch { 0 => List, 1 => Timing, 2 => Offer, _ => Creative };
}
