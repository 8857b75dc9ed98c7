namespace CampaignEngine.Campaigns;

/// <summary>A coupon code that many people have, printed or read out: of the whole campaign, or of one cell.</summary>
/// <param name="Code">In capitals, without spaces and dashes.</param>
/// <param name="Cell">Null: of the whole campaign.</param>
public sealed record SharedCoupon(string Code, string? Cell)
{
    /// <summary>A code as people write it, as codes are compared: case, spaces and dashes make no difference.</summary>
    public static string Normalise(string written) => string.Concat(written.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
}
