using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Smtp;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace CampaignEngine.Channels.Email;

/// <summary>
/// The MailKit package as the transport of e-mail. Only part of builds with <c>-p:WithMailKit=true</c>. It sends a message in one call and does not say whether
/// a failure came before or after the terminator, so every failure within that call that is not the relay's own word is in doubt.
/// </summary>
internal sealed class MailKitLane(EmailRoutes routes, string first, EmailSigning signing, TimeProvider time) : IChannelLane
{
    private SmtpClient? _client;
    private SmtpRoute? _current;
    private string _route = first;
    private int _sent;
    private (MimeMessage Message, MailboxAddress Sender, MailboxAddress Recipient)? _held;

    public bool IsOpen => _client is { IsConnected: true } && _sent < _current!.MessagesPerConnection;

    public async ValueTask<string?> OpenAsync(CancellationToken cancellationToken)
    {
        if (IsOpen)
        {
            return null;
        }

        await CloseAsync(cancellationToken);
        var (route, refusal) = await routes.FindAsync(_route, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        (_client, _current, _sent) = (new ReadyMadeClient(route!), route, 0);
        var refused = await ConnectAsync(_client, route!, cancellationToken);
        if (refused is not null)
        {
            // Half-made, it would count as open: messages would leave without AUTH.
            await DisposeAsync();
            return $"relay {route!.Host}:{route.Port}: {refused}";
        }

        _client.Timeout = Milliseconds(route!.Timeouts.Terminator);
        return null;
    }

    public async ValueTask<SendVerdict?> PrepareAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryParse(message.Recipient, out var recipient, out _))
        {
            return new SendVerdict(SendOutcome.Rejected, 0, "the recipient's address is not one");
        }

        if (!EmailAddress.TryParse(message.Sender, out var sender, out _))
        {
            return new SendVerdict(SendOutcome.Skipped, 0, "render_failed: the return path is not an address");
        }

        if (message.Route.Length > 0 && message.Route != _route)
        {
            if (!routes.Has(message.Route))
            {
                return new SendVerdict(SendOutcome.NotAttempted, 0, $"there is no route '{message.Route}'");
            }

            await CloseAsync(cancellationToken);
            _route = message.Route;
            if (await OpenAsync(cancellationToken) is { } closed)
            {
                return new SendVerdict(SendOutcome.NotAttempted, 0, closed);
            }
        }

        var (content, unsigned) = await signing.SignAsync(message);
        if (unsigned is not null)
        {
            return new SendVerdict(SendOutcome.NotAttempted, 0, unsigned);
        }

        // The package would write it all the same.
        if ((sender.NeedsSmtpUtf8 || recipient.NeedsSmtpUtf8) && !_client!.Capabilities.HasFlag(MailKit.Net.Smtp.SmtpCapabilities.UTF8))
        {
            return new SendVerdict(SendOutcome.Rejected, 0, "the address is not ASCII and the relay does not offer SMTPUTF8");
        }

        using var stream = new MemoryStream(content.ToArray(), writable: false);
        _held = (await MimeMessage.LoadAsync(stream, CancellationToken.None), new MailboxAddress("", sender.Text), new MailboxAddress("", recipient.Text));
        return null;
    }

    /// <summary>The library has no call that sends two things at once.</summary>
    public ValueTask AnnounceAsync(OutgoingMessage next, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async ValueTask<SendVerdict> CommitAsync(Func<bool> mayStillEnd, Action terminatorWritten, CancellationToken cancellationToken)
    {
        var (message, sender, recipient) = _held ?? throw new InvalidOperationException("No message is held: prepare one first.");
        _held = null;
        if (_client is not { IsConnected: true } client)
        {
            return new SendVerdict(SendOutcome.NotAttempted, 0, "the connection was lost");
        }

        if (!mayStillEnd())
        {
            return new SendVerdict(SendOutcome.NotAttempted, 0, "withheld before the terminator");
        }

        // Nobody tells when the terminator goes out, so it counts as written from here on.
        _sent++;
        terminatorWritten();
        try
        {
            var options = FormatOptions.Default.Clone();
            options.NewLineFormat = NewLineFormat.Dos;
            options.International = sender.IsInternational || recipient.IsInternational;
            return new SendVerdict(SendOutcome.Accepted, 250, await client.SendAsync(options, message, sender, [recipient], cancellationToken));
        }
        catch (SmtpCommandException fault) when ((int)fault.StatusCode is >= 400 and < 600)
        {
            // The relay's own words about this message, at whatever verb.
            return new SendVerdict((int)fault.StatusCode < 500 ? SendOutcome.Deferred : SendOutcome.Rejected, (int)fault.StatusCode, fault.Message);
        }
        catch (ServiceNotAuthenticatedException fault)
        {
            // 530 is a word about us, not about the message.
            return new SendVerdict(SendOutcome.NotAttempted, 530, fault.Message);
        }
        catch (Exception fault) when (IsLoss(fault))
        {
            // A reply that is still on its way would be taken for the next message's.
            await DisposeAsync();
            return new SendVerdict(SendOutcome.InDoubt, 0, fault.Message);
        }
    }

    /// <summary>Nothing of a held message is on the wire yet.</summary>
    public ValueTask AbandonAsync()
    {
        _held = null;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _client?.Dispose();
        _client = null;
        return ValueTask.CompletedTask;
    }

    private async ValueTask CloseAsync(CancellationToken cancellationToken)
    {
        if (_client is { IsConnected: true })
        {
            _client.Timeout = Milliseconds(_current!.Timeouts.Quit);
            await _client.DisconnectAsync(quit: true, cancellationToken);
        }

        await DisposeAsync();
    }

    /// <returns>Why the relay cannot be used now.</returns>
    private async ValueTask<string?> ConnectAsync(SmtpClient client, SmtpRoute route, CancellationToken cancellationToken)
    {
        // The package's own sockets delay small packets: 23 messages a second over a connection instead of hundreds.
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using (var timer = new CancellationTokenSource(route.Timeouts.Connect, time))
            using (var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken))
            {
                await socket.ConnectAsync(route.Host, route.Port, both.Token);
            }

            client.Timeout = Milliseconds(route.Timeouts.Greeting);
            await client.ConnectAsync(socket, route.Host, route.Port, SecurityOf(route.Tls), cancellationToken);
            return route.NeedsEightBitMime && !client.Capabilities.HasFlag(MailKit.Net.Smtp.SmtpCapabilities.EightBitMime)
                ? "does not offer 8BITMIME, which the route's messages need"
                : await AuthenticateAsync(client, route, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return cancellationToken.IsCancellationRequested ? "the worker stopped while connecting" : $"no connection within {route.Timeouts.Connect}";
        }
        catch (Exception fault) when (IsLoss(fault) || fault is AuthenticationException or SslHandshakeException)
        {
            return fault.Message;
        }
        finally
        {
            if (!client.IsConnected)
            {
                socket.Dispose();
            }
        }
    }

    // What the network does, and answers that are not the relay's word.
    private static bool IsLoss(Exception fault) =>
        fault is IOException or SocketException or ProtocolException or CommandException or OperationCanceledException or TimeoutException or ServiceNotConnectedException or NotSupportedException;

    private static int Milliseconds(TimeSpan time) => (int)time.TotalMilliseconds;

    private static SecureSocketOptions SecurityOf(SmtpTls tls) => tls switch
    {
        SmtpTls.Off => SecureSocketOptions.None,
        SmtpTls.Opportunistic => SecureSocketOptions.StartTlsWhenAvailable,
        SmtpTls.Required => SecureSocketOptions.StartTls,
        _ => SecureSocketOptions.SslOnConnect,
    };

    private static async Task<string?> AuthenticateAsync(SmtpClient client, SmtpRoute route, CancellationToken cancellationToken)
    {
        if (route.Credentials is not { } credentials)
        {
            return null;
        }

        if (!client.IsSecure && !route.AllowClearTextAuthentication && route.Host is not ("localhost" or "127.0.0.1" or "::1"))
        {
            return "the connection is not encrypted, so the password was not sent; require TLS on the route";
        }

        SaslMechanism? mechanism = route.Authentication switch
        {
            SmtpAuthentication.Plain => new SaslMechanismPlain(credentials.User, credentials.Password),
            SmtpAuthentication.Login => new SaslMechanismLogin(credentials.User, credentials.Password),
            SmtpAuthentication.CramMd5 => new SaslMechanismCramMd5(credentials.User, credentials.Password),
            SmtpAuthentication.ScramSha256 => new SaslMechanismScramSha256(credentials.User, credentials.Password),
            SmtpAuthentication.XOAuth2 => new SaslMechanismOAuth2(credentials.User, credentials.Password),
            _ => null,
        };
        await (mechanism is null ? client.AuthenticateAsync(credentials.User, credentials.Password, cancellationToken) : client.AuthenticateAsync(mechanism, cancellationToken));
        return null;
    }

    /// <summary>Sends messages as they were composed: encoding them anew would break their signatures.</summary>
    private sealed class ReadyMadeClient : SmtpClient
    {
        public ReadyMadeClient(SmtpRoute route)
        {
            LocalDomain = route.HelloName;
            // As with our own client: a machine that reaches nothing but its relay cannot ask.
            CheckCertificateRevocation = false;
            if (!route.VerifyCertificate)
            {
#pragma warning disable CA5359 // The route says so in as many words; it is off by default.
                ServerCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
            }
            else if (route.CertificateName is { } name)
            {
                ServerCertificateValidationCallback = (_, certificate, _, errors) => (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None
                    && certificate is X509Certificate2 own && own.MatchesHostname(name);
            }
        }

        protected override void Prepare(FormatOptions options, MimeMessage message, EncodingConstraint constraint, int maxLineLength)
        {
            // Nothing: the composer has written what the route carries.
        }
    }
}
