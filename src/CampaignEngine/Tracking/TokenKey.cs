namespace CampaignEngine.Tracking;

/// <summary>One secret of the token signer. The id travels in the token, so that old messages stay readable after a new key was taken into use.</summary>
/// <param name="Id">1 to 255; never used again for another secret.</param>
/// <param name="Secret">At least 16 bytes.</param>
public sealed record TokenKey(byte Id, ReadOnlyMemory<byte> Secret);
