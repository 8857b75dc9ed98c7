using System.Net;
using System.Net.Sockets;
using System.Text;
using CampaignEngine.Mail.Authentication;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Mail.Tests.Support;

namespace CampaignEngine.Mail.Tests.Smtp;

public sealed class SmtpHandshakeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SmtpTls.Off, false)]
    [InlineData(SmtpTls.Opportunistic, true)]
    [InlineData(SmtpTls.Required, true)]
    public async Task StartTlsIsUsedAsTheRouteSays(SmtpTls policy, bool encrypted)
    {
        await using var inbox = new TestInbox(new SmtpReceiverOptions { Certificate = TestCertificate.Untrusted });
        await using var connection = await SmtpConnection.ConnectAsync(inbox.Route with { Tls = policy, VerifyCertificate = false }, TimeProvider.System, Token);
        Assert.Equal(encrypted, connection.IsEncrypted);
        Assert.NotEqual(encrypted, connection.Capabilities.StartTls);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(SmtpVerdictKind.Accepted, (await connection.SendAsync(Some.Envelope, Some.Bytes(Some.ShortMessage), static () => true, Token)).Kind);
        }

        Assert.All(inbox.Messages, m => Assert.Equal(encrypted, m.IsEncrypted));
        await connection.QuitAsync(Token);
    }

    [Fact]
    public async Task ImplicitTlsComesBeforeTheGreeting()
    {
        await using var inbox = new TestInbox(new SmtpReceiverOptions { Certificate = TestCertificate.Untrusted, ImplicitTls = true });
        await using var connection = await SmtpConnection.ConnectAsync(inbox.Route with { Tls = SmtpTls.Implicit, VerifyCertificate = false }, TimeProvider.System, Token);
        Assert.True(connection.IsEncrypted);
        Assert.True((await connection.PrepareAsync(Some.Envelope, Some.Bytes(Some.ShortMessage), Token)).IsHeld);
        Assert.Equal(SmtpVerdictKind.Accepted, (await connection.CommitAsync(Token)).Kind);
    }

    [Theory]
    [InlineData(SmtpTls.Opportunistic)]
    [InlineData(SmtpTls.Required)]
    public async Task AnUntrustedCertificateIsAFaultAndNoReasonForClearText(SmtpTls policy)
    {
        await using var inbox = new TestInbox(new SmtpReceiverOptions { Certificate = TestCertificate.Untrusted });
        var fault = await FaultAsync(inbox.Route with { Tls = policy, Host = "localhost", CertificateName = "relay.example" });
        Assert.Equal(SmtpConnectFaultKind.TlsFailed, fault.Kind);
        Assert.StartsWith($"relay localhost:{inbox.Port}: TLS failed: ", fault.Text, StringComparison.Ordinal);
        Assert.False(fault.IsTemporary);
    }

    [Fact]
    public async Task RequiredTlsThatIsNotOfferedIsAFault()
    {
        await using var inbox = new TestInbox();
        var fault = await FaultAsync(inbox.Route with { Tls = SmtpTls.Required });
        Assert.Equal(new SmtpConnectFault(SmtpConnectFaultKind.TlsNotOffered, 0, $"relay 127.0.0.1:{inbox.Port}: does not offer STARTTLS, which the route requires"), fault);
    }

    [Fact]
    public async Task AnAnswerSlippedInBehindStartTlsIsNotBelieved()
    {
        await using var relay = new DialogueRelay(
            ["S: 220 x", "C: EHLO localhost", "S: 250-x", "S: 250 STARTTLS", "C: STARTTLS", "s: 220 go\\r\\n250-x\\r\\n250 AUTH PLAIN\\r\\n", "X: await-close"],
            Some.ShortMessage);
        var fault = await FaultAsync(Some.Route(relay.Port) with { Tls = SmtpTls.Required, VerifyCertificate = false });
        Assert.Equal(SmtpConnectFaultKind.Protocol, fault.Kind);
        await relay.Finished;
    }

    [Theory]
    [InlineData("S: 250-x\nS: 250 AUTH PLAIN LOGIN", "C: AUTH PLAIN AGFubmEAc2VjcmV0\nS: 235 2.7.0 welcome")]
    [InlineData("S: 250-x\nS: 250 AUTH=LOGIN", "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YW5uYQ==\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 ok")]
    public async Task TheFirstMechanismThatBothSpeakIsUsed(string hello, string dialogue)
    {
        await using var relay = new DialogueRelay(
            ["S: 220 x", "C: EHLO localhost", .. hello.Split('\n'), .. dialogue.Split('\n'), "C: QUIT", "S: 221 bye"], Some.ShortMessage);
        await using var connection = await SmtpConnection.ConnectAsync(
            Some.Route(relay.Port) with { Credentials = new SmtpCredentials("anna", "secret") }, TimeProvider.System, Token);
        await connection.QuitAsync(Token);
        await relay.Finished;
    }

    [Theory]
    [InlineData("anna", "secret", true)]
    [InlineData("anna", "wrong", false)]
    [InlineData("jörg", "gehe\u00efm", false)]
    public async Task UserAndPasswordAreCheckedByTheReceiver(string user, string password, bool right)
    {
        await using var inbox = new TestInbox(new SmtpReceiverOptions { Authenticate = static (u, p) => u == "anna" && p == "secret" });
        var route = inbox.Route with { Credentials = new SmtpCredentials(user, password) };
        if (!right)
        {
            var fault = await FaultAsync(route);
            Assert.Equal(new SmtpConnectFault(
                SmtpConnectFaultKind.AuthenticationRefused, 535, $"relay 127.0.0.1:{inbox.Port}: refused user '{user}': 535 5.7.8 wrong user or password"), fault);
            return;
        }

        await using var connection = await SmtpConnection.ConnectAsync(route, TimeProvider.System, Token);
        Assert.Equal(SmtpVerdictKind.Accepted, (await connection.SendAsync(Some.Envelope, Some.Bytes(Some.ShortMessage), static () => true, Token)).Kind);
        Assert.Equal("anna", Assert.Single(inbox.Messages).User);
    }

    [Theory]
    [InlineData(SmtpAuthentication.Automatic)]
    [InlineData(SmtpAuthentication.Plain)]
    [InlineData(SmtpAuthentication.Login)]
    [InlineData(SmtpAuthentication.CramMd5)]
    [InlineData(SmtpAuthentication.ScramSha256)]
    public async Task EveryMechanismLetsInTheRightPasswordOnly(SmtpAuthentication mechanism)
    {
        const string User = "anna=,jörg";
        await using var inbox = new TestInbox(new SmtpReceiverOptions { PasswordOf = static u => u == User ? "gehe\u00efm" : null });
        var route = inbox.Route with { Authentication = mechanism, Credentials = new SmtpCredentials(User, "gehe\u00efm") };
        await using (var connection = await SmtpConnection.ConnectAsync(route, TimeProvider.System, Token))
        {
            Assert.Equal(SmtpVerdictKind.Accepted, (await connection.SendAsync(Some.Envelope, Some.Bytes(Some.ShortMessage), static () => true, Token)).Kind);
            Assert.Equal(User, Assert.Single(inbox.Messages).User);
        }

        Assert.Equal((SmtpConnectFaultKind.AuthenticationRefused, 535), Kind(await FaultAsync(route with { Credentials = new SmtpCredentials(User, "wrong") })));
        Assert.Equal((SmtpConnectFaultKind.AuthenticationRefused, 535), Kind(await FaultAsync(route with { Credentials = new SmtpCredentials("other", "gehe\u00efm") })));

        static (SmtpConnectFaultKind, int) Kind(SmtpConnectFault fault) => (fault.Kind, fault.Code);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(1200)]
    public async Task ATokenGoesByXOAuth2EvenWhenItIsLong(int length)
    {
        var token = new string('t', length);
        await using var inbox = new TestInbox(new SmtpReceiverOptions { AcceptToken = (u, t) => u == "anna" && t == token });
        var route = inbox.Route with { Authentication = SmtpAuthentication.XOAuth2, Credentials = new SmtpCredentials("anna", token) };
        await using var connection = await SmtpConnection.ConnectAsync(route, TimeProvider.System, Token);
        Assert.Equal(SmtpVerdictKind.Accepted, (await connection.SendAsync(Some.Envelope, Some.Bytes(Some.ShortMessage), static () => true, Token)).Kind);
        var stale = await FaultAsync(route with { Credentials = new SmtpCredentials("anna", "old") });
        Assert.Equal(new SmtpConnectFault(SmtpConnectFaultKind.AuthenticationRefused, 535, $"relay 127.0.0.1:{inbox.Port}: refused user 'anna': 535 5.7.8 wrong user or password"), stale);
        var guess = await FaultAsync(route with { Authentication = SmtpAuthentication.Automatic });
        Assert.Equal($"relay 127.0.0.1:{inbox.Port}: offers no mechanism that we speak, but XOAUTH2", guess.Text);
    }

    [Fact]
    public void ScramSaysWhatTheStandardSays()
    {
        // RFC 7677 3.
        var client = new ScramClient(new SmtpCredentials("user", "pencil"), "rOprNGfwEbeRWgbNEkqO");
        Assert.Equal("n,,n=user,r=rOprNGfwEbeRWgbNEkqO", Encoding.UTF8.GetString(client.Initial));
        Assert.Equal(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            Encoding.UTF8.GetString(client.Answer("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"u8)!));
        Assert.False(client.IsServerProven);
        Assert.Null(client.Answer("v=AAAAbRR6SQAZUQfAlQIjMCaxkxfKcYNYzCw0qzzcWbU="u8));
        Assert.False(client.IsServerProven);
        Assert.Equal([], client.Answer("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="u8)!);
        Assert.True(client.IsServerProven);
    }

    [Theory]
    [InlineData("r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=N,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=Nx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1")]
    [InlineData("r=Nx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000")]
    [InlineData("r=Nx,s=,i=4096")]
    [InlineData("m=x,r=Nx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("")]
    public void AScramServerThatPlaysIsLeft(string challenge) => Assert.Null(new ScramClient(new SmtpCredentials("user", "pencil"), "N").Answer(Encoding.UTF8.GetBytes(challenge)));

    [Fact]
    public async Task ARelayThatDoesNotKnowThePasswordCannotPretendTo()
    {
        await using var relay = new DialogueRelay(
            ["S: 220 x", "C: EHLO localhost", "S: 250-x", "S: 250 AUTH SCRAM-SHA-256", "C: (any)", "S: 235 2.7.0 welcome", "X: await-close"], Some.ShortMessage);
        var fault = await FaultAsync(Some.Route(relay.Port) with { Credentials = new SmtpCredentials("anna", "secret") });
        Assert.Equal($"relay 127.0.0.1:{relay.Port}: did not show that it knows the password of 'anna'; someone may be standing in for it", fault.Text);
        await relay.Finished;
    }

    [Fact]
    public async Task NoSubscriberGetsMailWithoutTheAuthThatTheRelayDemands()
    {
        await using var inbox = new TestInbox(new SmtpReceiverOptions { Authenticate = static (_, _) => true });
        await using var connection = await inbox.ConnectAsync();
        var verdict = await connection.SendAsync(Some.Envelope, Some.Bytes(Some.ShortMessage), static () => true, Token);
        Assert.Equal(new SmtpVerdict(SmtpVerdictKind.Rejected, SmtpStage.Mail, 530, "5.7.0", "authenticate first"), verdict);
    }

    [Fact]
    public async Task ThePasswordDoesNotCrossANetworkInClearText()
    {
        // An address of this machine that is not loopback stands for the network.
        var address = (await Dns.GetHostAddressesAsync(Dns.GetHostName(), AddressFamily.InterNetwork, Token)).FirstOrDefault(a => !IPAddress.IsLoopback(a));
        Assert.SkipWhen(address is null, "this machine has no address beside loopback");
        await using var inbox = new TestInbox(new SmtpReceiverOptions { EndPoint = new IPEndPoint(address, 0), Authenticate = static (_, _) => true });
        var route = inbox.Route with { Host = address.ToString(), Credentials = new SmtpCredentials("anna", "secret") };
        Assert.Equal(SmtpConnectFaultKind.AuthenticationNotPossible, (await FaultAsync(route)).Kind);
        await using var allowed = await SmtpConnection.ConnectAsync(route with { AllowClearTextAuthentication = true }, TimeProvider.System, Token);
        Assert.True(allowed.IsUsable);
    }

    [Theory]
    [InlineData("S: 554 5.7.1 go away", SmtpConnectFaultKind.Refused, "did not welcome us: 554 5.7.1 go away", false)]
    [InlineData("S: 421 busy", SmtpConnectFaultKind.Refused, "did not welcome us: 421 busy", true)]
    [InlineData("S: SSH-2.0-OpenSSH_9.2", SmtpConnectFaultKind.Protocol, "gave an answer at greeting that is not SMTP; is this the right port?", false)]
    [InlineData("X: close", SmtpConnectFaultKind.Closed, "closed the connection at greeting", true)]
    [InlineData("S: 220 x\nC: EHLO localhost\nX: close", SmtpConnectFaultKind.Closed, "closed the connection at EHLO", true)]
    [InlineData("S: 220 x\nC: EHLO localhost\nS: 451 later", SmtpConnectFaultKind.Refused, "refused our EHLO: 451 later", true)]
    public async Task ABadWelcomeIsNamed(string dialogue, SmtpConnectFaultKind kind, string text, bool temporary)
    {
        await using var relay = new DialogueRelay(dialogue.Split('\n'), Some.ShortMessage);
        var fault = await FaultAsync(Some.Route(relay.Port));
        Assert.Equal(kind, fault.Kind);
        Assert.Equal($"relay 127.0.0.1:{relay.Port}: {text}", fault.Text);
        Assert.Equal(temporary, fault.IsTemporary);
    }

    [Fact]
    public async Task ARelayThatCannotCarryTheRoutesMessagesIsNotUsed()
    {
        await using var relay = new DialogueRelay(["S: 220 x", "C: EHLO localhost", "S: 250-x", "S: 250 SMTPUTF8", "X: await-close"], Some.ShortMessage);
        Assert.Equal(
            new SmtpConnectFault(SmtpConnectFaultKind.ExtensionNotOffered, 0, $"relay 127.0.0.1:{relay.Port}: does not offer 8BITMIME, which the route's messages need"),
            await FaultAsync(Some.Route(relay.Port) with { NeedsEightBitMime = true }));
    }

    [Fact]
    public async Task AClosedPortAndAnUnknownHostAreNamed()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        Assert.Equal(SmtpConnectFaultKind.Unreachable, (await FaultAsync(Some.Route(port))).Kind);
        Assert.Equal(SmtpConnectFaultKind.NameNotFound, (await FaultAsync(Some.Route(port) with { Host = "no-such-host.invalid" })).Kind);
    }

    [Fact]
    public async Task ASilentRelayIsLeftAfterFiveMinutes()
    {
        await using var inbox = new TestInbox(new SmtpReceiverOptions
        {
            Script = new ReceiverScript().On(ReceiverMoment.Connected, ReceiverAct.Wait(TimeSpan.FromDays(1))),
        });
        var time = new ManualTime();
        var connecting = inbox.ConnectAsync(time);
        await time.UntilWaitingAsync(TimeSpan.FromMinutes(5));
        time.Advance(TimeSpan.FromMinutes(5));
        var thrown = await Assert.ThrowsAsync<SmtpConnectException>(() => connecting.WaitAsync(TimeSpan.FromSeconds(20), Token));
        Assert.Equal(SmtpConnectFaultKind.TimedOut, thrown.Fault.Kind);
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("x\r\nMAIL FROM:<a@b>")]
    [InlineData("")]
    public async Task AnEhloNameThatIsNoNameNeverReachesTheWire(string name) =>
        Assert.Equal(SmtpConnectFaultKind.Route, (await FaultAsync(Some.Route(1) with { HelloName = name })).Kind);

    [Fact]
    public void ThePasswordIsNotInTheTextOfARoute() =>
        Assert.DoesNotContain("secret", (Some.Route(25) with { Credentials = new SmtpCredentials("anna", "secret") }).ToString(), StringComparison.Ordinal);

    private static async Task<SmtpConnectFault> FaultAsync(SmtpRoute route) =>
        (await Assert.ThrowsAsync<SmtpConnectException>(() => SmtpConnection.ConnectAsync(route, TimeProvider.System, Token))).Fault;
}
