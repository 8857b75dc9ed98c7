namespace CampaignEngine.Channels.Sms.Gateways;

/// <summary>An HTTP reply. The body lies in the connection's buffer and is valid until the next request.</summary>
internal readonly record struct GatewayReply(int Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>The whole body was read; a part of one proves nothing about what the rest says.</summary>
    public bool IsWhole { get; init; }

    /// <summary>As the gateway asked in Retry-After, in seconds or as a date.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
