namespace CampaignEngine.Tracking;

/// <summary>What a valid token says: one item of a mailing, and for clicks one of the mailing's links (0 otherwise).</summary>
public readonly record struct ItemToken(int MailingId, int Ordinal, int LinkNo);
