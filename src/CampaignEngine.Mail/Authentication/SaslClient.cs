using System.Text;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Mail.Authentication;

/// <summary>One conversation by which a client shows who it is. Used once.</summary>
internal abstract class SaslClient
{
    /// <summary>As EHLO lists it.</summary>
    public abstract string Name { get; }

    /// <summary>Sent along with AUTH; null when the server speaks first.</summary>
    public virtual byte[]? Initial => null;

    /// <summary>False until the server has shown that it knows the password, too, where the mechanism lets it.</summary>
    public virtual bool IsServerProven => true;

    /// <summary>The answer to a challenge; null when the challenge is wrong and the conversation must end.</summary>
    public abstract byte[]? Answer(ReadOnlySpan<byte> challenge);

    /// <summary>The mechanism to use, or null when the server offers none that fits.</summary>
    /// <param name="offered">In upper case.</param>
    public static SaslClient? Choose(SmtpAuthentication wanted, SmtpCredentials credentials, IReadOnlyList<string> offered)
    {
        // XOAUTH2 takes a token and not a password, so it is never a guess. The first hides the password, also from the server.
        SmtpAuthentication[] order = wanted == SmtpAuthentication.Automatic
            ? [SmtpAuthentication.ScramSha256, SmtpAuthentication.Plain, SmtpAuthentication.Login, SmtpAuthentication.CramMd5]
            : [wanted];
        foreach (var mechanism in order)
        {
            if (offered.Contains(NameOf(mechanism)))
            {
                return Create(mechanism, credentials);
            }
        }

        return null;
    }

    public static string NameOf(SmtpAuthentication mechanism) => mechanism switch
    {
        SmtpAuthentication.Plain => "PLAIN",
        SmtpAuthentication.Login => "LOGIN",
        SmtpAuthentication.CramMd5 => "CRAM-MD5",
        SmtpAuthentication.ScramSha256 => "SCRAM-SHA-256",
        SmtpAuthentication.XOAuth2 => "XOAUTH2",
        _ => throw new ArgumentOutOfRangeException(nameof(mechanism), mechanism, null),
    };

    private static SaslClient Create(SmtpAuthentication mechanism, SmtpCredentials credentials) => mechanism switch
    {
        SmtpAuthentication.Plain => new SaslPlain(credentials),
        SmtpAuthentication.Login => new SaslLogin(credentials),
        SmtpAuthentication.CramMd5 => new SaslCramMd5(credentials),
        SmtpAuthentication.ScramSha256 => new ScramClient(credentials),
        SmtpAuthentication.XOAuth2 => new SaslXOAuth2(credentials),
        _ => throw new ArgumentOutOfRangeException(nameof(mechanism), mechanism, null),
    };
}

/// <summary>RFC 4616: user and password at once.</summary>
internal sealed class SaslPlain(SmtpCredentials credentials) : SaslClient
{
    public override string Name => "PLAIN";

    public override byte[] Initial => Encoding.UTF8.GetBytes($"\0{credentials.User}\0{credentials.Password}");

    public override byte[]? Answer(ReadOnlySpan<byte> challenge) => null;
}

/// <summary>Never standardised, spoken by everybody: the server asks for the one, then for the other.</summary>
internal sealed class SaslLogin(SmtpCredentials credentials) : SaslClient
{
    private int _asked;

    public override string Name => "LOGIN";

    public override byte[]? Answer(ReadOnlySpan<byte> challenge) => ++_asked switch
    {
        1 => Encoding.UTF8.GetBytes(credentials.User),
        2 => Encoding.UTF8.GetBytes(credentials.Password),
        _ => null,
    };
}

/// <summary>The token of an identity provider in the place of a password.</summary>
internal sealed class SaslXOAuth2(SmtpCredentials credentials) : SaslClient
{
    public override string Name => "XOAUTH2";

    public override byte[] Initial => Encoding.UTF8.GetBytes($"user={credentials.User}\u0001auth=Bearer {credentials.Password}\u0001\u0001");

    // A challenge is the reason of a refusal; an empty answer fetches the refusal itself.
    public override byte[] Answer(ReadOnlySpan<byte> challenge) => [];
}
