namespace CampaignEngine.Mail.Smtp;

/// <summary>What kept a connection from being usable.</summary>
public enum SmtpConnectFaultKind
{
    /// <summary>The host name has no address.</summary>
    NameNotFound,
    /// <summary>No TCP connection.</summary>
    Unreachable,
    /// <summary>Nothing came in time.</summary>
    TimedOut,
    /// <summary>The relay closed the connection.</summary>
    Closed,
    /// <summary>The relay said something that is not SMTP, or spoke when it was not asked.</summary>
    Protocol,
    /// <summary>The relay does not want us (4xx or 5xx to the greeting or EHLO).</summary>
    Refused,
    /// <summary>The route requires TLS and the relay does not offer it, or refuses it.</summary>
    TlsNotOffered,
    /// <summary>The TLS handshake failed or the certificate is not the right one.</summary>
    TlsFailed,
    /// <summary>AUTH is not offered in a form we speak, or not over an unencrypted connection.</summary>
    AuthenticationNotPossible,
    /// <summary>The relay refused user and password.</summary>
    AuthenticationRefused,
    /// <summary>The relay lacks an extension that the route's messages need.</summary>
    ExtensionNotOffered,
    /// <summary>The route itself is wrong, such as a space in the EHLO name.</summary>
    Route,
}

/// <summary>Why no connection was made; no message was involved.</summary>
/// <param name="Kind">For decisions.</param>
/// <param name="Code">The relay's three digits, or 0.</param>
/// <param name="Text">One sentence: host and port, fault, fix where one is known. Never holds the password.</param>
public sealed record SmtpConnectFault(SmtpConnectFaultKind Kind, int Code, string Text)
{
    /// <summary>Trying again later can help without anyone changing the route.</summary>
    public bool IsTemporary => Kind switch
    {
        SmtpConnectFaultKind.Unreachable or SmtpConnectFaultKind.TimedOut or SmtpConnectFaultKind.Closed or SmtpConnectFaultKind.NameNotFound => true,
        SmtpConnectFaultKind.Refused or SmtpConnectFaultKind.AuthenticationRefused => Code is >= 400 and < 500,
        _ => false,
    };
}

/// <summary>The relay cannot be used now; <see cref="Fault"/> says why.</summary>
public sealed class SmtpConnectException : IOException
{
    public SmtpConnectException(SmtpConnectFault fault, Exception? inner = null)
        : base(fault.Text, inner) => Fault = fault;

    public SmtpConnectFault Fault { get; }
}
