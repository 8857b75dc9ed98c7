namespace CampaignEngine.Mail.Smtp;

/// <summary>How long the client waits. The defaults are those of RFC 5321 4.5.3.2; shorter ones turn slow relays into doubts.</summary>
public sealed record SmtpTimeouts
{
    /// <summary>For the TCP connection to one address. Default 30 seconds.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For the greeting, EHLO, the TLS handshake and AUTH, each. Default 5 minutes.</summary>
    public TimeSpan Greeting { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For the answers to MAIL and RCPT. Default 5 minutes.</summary>
    public TimeSpan Envelope { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For the answer to DATA. Default 2 minutes.</summary>
    public TimeSpan Data { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>For writing the message. Default 3 minutes.</summary>
    public TimeSpan Body { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>For the answer to the terminator. Cut short, it makes doubts of messages that arrive. Default 10 minutes.</summary>
    public TimeSpan Terminator { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>For the answer to QUIT. Default 5 seconds.</summary>
    public TimeSpan Quit { get; init; } = TimeSpan.FromSeconds(5);
}
