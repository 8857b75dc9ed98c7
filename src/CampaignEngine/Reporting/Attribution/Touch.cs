namespace CampaignEngine.Reporting.Attribution;

/// <summary>One contact before one conversion.</summary>
/// <param name="Order">Key of the conversion's row.</param>
/// <param name="Cell">Null: the campaign has no cells.</param>
internal sealed record Touch(string Order, DateTimeOffset OrderedAt, decimal Amount, DateTimeOffset ContactedAt, string Campaign, string Drop, string Channel, string? Cell, int Mailing);
