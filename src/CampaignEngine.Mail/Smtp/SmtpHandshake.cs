using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using CampaignEngine.Mail.Authentication;

namespace CampaignEngine.Mail.Smtp;

/// <summary>From a route to a connection that is ready for its first MAIL: TCP, greeting, EHLO, TLS, AUTH.</summary>
internal sealed class SmtpHandshake(SmtpRoute route, TimeProvider time)
{
    /// <summary>RFC 5321 4.5.3.1.4, less the line end; a longer first answer waits for the server's invitation.</summary>
    private const int LongestCommand = 510;

    // No mechanism asks more than three times; a server that goes on is playing.
    private const int MostRounds = 8;

    private string Place => $"{route.Host}:{route.Port}";

    public async Task<(SmtpWire Wire, SmtpCapabilities Capabilities)> RunAsync(CancellationToken cancellationToken)
    {
        CheckRoute();
        var socket = await ConnectAsync(cancellationToken);
        var wire = new SmtpWire(socket, time);
        try
        {
            if (route.Tls == SmtpTls.Implicit)
            {
                await StartEncryptionAsync(wire, cancellationToken);
            }

            var greeting = await ReadAsync(wire, "greeting", cancellationToken);
            Require(greeting.Code == 220, SmtpConnectFaultKind.Refused, "did not welcome us", greeting);
            var capabilities = await HelloAsync(wire, cancellationToken);
            capabilities = await NegotiateTlsAsync(wire, capabilities, cancellationToken);
            if (route.NeedsEightBitMime && !capabilities.EightBitMime)
            {
                throw Fault(SmtpConnectFaultKind.ExtensionNotOffered, "does not offer 8BITMIME, which the route's messages need");
            }

            if (route.Credentials is { } credentials)
            {
                RequireSafeChannel(wire, socket);
                await AuthenticateAsync(wire, capabilities, credentials, cancellationToken);
            }

            return (wire, capabilities);
        }
        catch
        {
            wire.Abort();
            await wire.DisposeAsync();
            throw;
        }
    }

    // A control character in these would be a second SMTP command.
    private void CheckRoute()
    {
        if (route.HelloName.Length is 0 or > 255 || route.HelloName.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw Fault(SmtpConnectFaultKind.Route, "the EHLO name must be printable ASCII without spaces");
        }

        if (route.Credentials is { } credentials && (credentials.User.Contains('\0', StringComparison.Ordinal) || credentials.Password.Contains('\0', StringComparison.Ordinal)))
        {
            throw Fault(SmtpConnectFaultKind.Route, "user and password must not hold NUL");
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        IPAddress[] addresses;
        try
        {
            addresses = await Dns.GetHostAddressesAsync(route.Host, cancellationToken);
        }
        catch (Exception fault) when (fault is SocketException or ArgumentException)
        {
            throw Fault(SmtpConnectFaultKind.NameNotFound, $"the host name has no address ({fault.Message})", inner: fault);
        }

        var last = default(SmtpConnectException);
        foreach (var address in addresses)
        {
            // Without NoDelay every answer waits for the delayed ACK of the one before: 131 instead of thousands of messages a second.
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            if (route.SendBufferSize > 0)
            {
                socket.SendBufferSize = route.SendBufferSize;
            }

            using var timer = new CancellationTokenSource(route.Timeouts.Connect, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, route.Port), both.Token);
                return socket;
            }
            catch (SocketException fault)
            {
                socket.Dispose();
                last = Fault(SmtpConnectFaultKind.Unreachable, $"no connection to {address} ({fault.Message})", inner: fault);
            }
            catch (OperationCanceledException fault)
            {
                socket.Dispose();
                cancellationToken.ThrowIfCancellationRequested();
                last = Fault(SmtpConnectFaultKind.TimedOut, $"no connection to {address} within {route.Timeouts.Connect}", inner: fault);
            }
        }

        throw last ?? Fault(SmtpConnectFaultKind.NameNotFound, "the host name has no address");
    }

    private async Task<SmtpCapabilities> HelloAsync(SmtpWire wire, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        await WriteAsync(wire, $"EHLO {route.HelloName}\r\n", "EHLO", cancellationToken);
        var reply = await ReadAsync(wire, "EHLO", cancellationToken, lines);
        if (reply.Code is 500 or 502 or 504 or 550)
        {
            await WriteAsync(wire, $"HELO {route.HelloName}\r\n", "HELO", cancellationToken);
            reply = await ReadAsync(wire, "HELO", cancellationToken);
            lines.Clear();
        }

        Require(reply.Code == 250, SmtpConnectFaultKind.Refused, "refused our EHLO", reply);
        return SmtpCapabilities.Read(lines.Skip(1));
    }

    private async Task<SmtpCapabilities> NegotiateTlsAsync(SmtpWire wire, SmtpCapabilities capabilities, CancellationToken cancellationToken)
    {
        if (route.Tls is SmtpTls.Off or SmtpTls.Implicit || (route.Tls == SmtpTls.Opportunistic && !capabilities.StartTls))
        {
            return capabilities;
        }

        if (!capabilities.StartTls)
        {
            throw Fault(SmtpConnectFaultKind.TlsNotOffered, "does not offer STARTTLS, which the route requires");
        }

        await WriteAsync(wire, "STARTTLS\r\n", "STARTTLS", cancellationToken);
        var reply = await ReadAsync(wire, "STARTTLS", cancellationToken);
        Require(reply.Code == 220, SmtpConnectFaultKind.TlsNotOffered, "refused STARTTLS", reply);

        // Whatever stands behind that reply was sent in clear text and would be read as if it had come encrypted.
        if (wire.HasUnreadInput)
        {
            throw Fault(SmtpConnectFaultKind.Protocol, "sent more than the answer to STARTTLS; someone may be tampering with the connection");
        }

        await StartEncryptionAsync(wire, cancellationToken);
        return await HelloAsync(wire, cancellationToken);
    }

    private async Task StartEncryptionAsync(SmtpWire wire, CancellationToken cancellationToken)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = route.CertificateName ?? route.Host };
        if (!route.VerifyCertificate)
        {
#pragma warning disable CA5359 // The route says so in as many words; it is off by default.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        wire.ReplaceStream(static clear => new SslStream(clear, leaveInnerStreamOpen: false));
        try
        {
            await wire.AuthenticateTlsAsync(options, route.Timeouts.Greeting, cancellationToken);
        }
        catch (OperationCanceledException fault)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Fault(SmtpConnectFaultKind.TimedOut, $"did not finish the TLS handshake within {route.Timeouts.Greeting}", inner: fault);
        }
        catch (Exception fault) when (fault is AuthenticationException or IOException)
        {
            throw Fault(SmtpConnectFaultKind.TlsFailed, $"TLS failed: {fault.Message}", inner: fault);
        }
    }

    private void RequireSafeChannel(SmtpWire wire, Socket socket)
    {
        var loopback = socket.RemoteEndPoint is IPEndPoint remote && IPAddress.IsLoopback(remote.Address);
        if (!wire.IsEncrypted && !loopback && !route.AllowClearTextAuthentication)
        {
            throw Fault(SmtpConnectFaultKind.AuthenticationNotPossible, "the connection is not encrypted, so the password was not sent; require TLS on the route");
        }
    }

    private async Task AuthenticateAsync(SmtpWire wire, SmtpCapabilities capabilities, SmtpCredentials credentials, CancellationToken cancellationToken)
    {
        if (SaslClient.Choose(route.Authentication, credentials, capabilities.Authentication) is not { } sasl)
        {
            var wanted = route.Authentication == SmtpAuthentication.Automatic ? "no mechanism that we speak" : $"no AUTH {SaslClient.NameOf(route.Authentication)}";
            throw Fault(SmtpConnectFaultKind.AuthenticationNotPossible, $"offers {wanted}, but {(capabilities.Authentication.Count == 0 ? "none" : string.Join(", ", capabilities.Authentication))}");
        }

        var initial = sasl.Initial is { } bytes ? Convert.ToBase64String(bytes) : null;
        var begin = $"AUTH {sasl.Name}";
        var together = initial is not null && begin.Length + initial.Length <= LongestCommand;
        await WriteAsync(wire, together ? $"{begin} {initial}\r\n" : begin + "\r\n", "AUTH", cancellationToken);
        var reply = await ReadAsync(wire, "AUTH", cancellationToken);
        for (var round = 0; reply.Code == 334 && round < MostRounds; round++)
        {
            var answer = round == 0 && initial is not null && !together ? initial
                : Scram.Base64(reply.Text.Trim()) is { } challenge && sasl.Answer(challenge) is { } given ? Convert.ToBase64String(given)
                : "*";
            await WriteAsync(wire, answer + "\r\n", "AUTH", cancellationToken);
            reply = await ReadAsync(wire, "AUTH", cancellationToken);
        }

        Require(reply.Code == 235, SmtpConnectFaultKind.AuthenticationRefused, $"refused user '{credentials.User}'", reply);
        if (!sasl.IsServerProven)
        {
            throw Fault(SmtpConnectFaultKind.AuthenticationRefused, $"did not show that it knows the password of '{credentials.User}'; someone may be standing in for it");
        }
    }

    private async Task WriteAsync(SmtpWire wire, string command, string at, CancellationToken cancellationToken) =>
        RequireOk(await wire.WriteAsync(Encoding.UTF8.GetBytes(command), route.Timeouts.Greeting, cancellationToken), at, cancellationToken);

    private async Task<SmtpReply> ReadAsync(SmtpWire wire, string at, CancellationToken cancellationToken, List<string>? lines = null)
    {
        var (state, reply) = await wire.ReadReplyAsync(route.Timeouts.Greeting, cancellationToken, lines);
        RequireOk(state, at, cancellationToken);
        return reply;
    }

    private void RequireOk(WireState state, string at, CancellationToken cancellationToken)
    {
        switch (state)
        {
            case WireState.Ok:
                return;
            case WireState.Cancelled:
                throw new OperationCanceledException(cancellationToken);
            case WireState.TimedOut:
                throw Fault(SmtpConnectFaultKind.TimedOut, $"no answer at {at} within {route.Timeouts.Greeting}");
            case WireState.Closed:
                throw Fault(SmtpConnectFaultKind.Closed, $"closed the connection at {at}");
            default:
                throw Fault(SmtpConnectFaultKind.Protocol, $"gave an answer at {at} that is not SMTP; is this the right port?");
        }
    }

    private void Require(bool condition, SmtpConnectFaultKind kind, string what, SmtpReply reply)
    {
        if (!condition)
        {
            throw Fault(kind, $"{what}: {reply}", reply.Code);
        }
    }

    private SmtpConnectException Fault(SmtpConnectFaultKind kind, string text, int code = 0, Exception? inner = null) =>
        new(new SmtpConnectFault(kind, code, $"relay {Place}: {text}"), inner);
}
