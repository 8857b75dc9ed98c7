using System.Globalization;

namespace CampaignEngine.Mail.Smtp;

/// <summary>What a domain asks of those who send to its servers (RFC 8461 3.2).</summary>
public enum MtaStsMode
{
    /// <summary>Nothing any more.</summary>
    None,
    /// <summary>Report, but send all the same.</summary>
    Testing,
    /// <summary>Only over TLS, to a server of the list, with a valid certificate of its name.</summary>
    Enforce,
}

/// <summary>A domain's policy.</summary>
/// <param name="Mode">What it asks.</param>
/// <param name="Hosts">Names of its servers; <c>*.example.com</c> stands for one label.</param>
/// <param name="MaxAge">How long it holds after it was read.</param>
public sealed record MtaStsPolicy(MtaStsMode Mode, IReadOnlyList<string> Hosts, TimeSpan MaxAge)
{
    private const long LongestAge = 31_557_600;

    /// <summary>Reads the file of a policy. Null: it is not valid, and <paramref name="fault"/> says why.</summary>
    public static MtaStsPolicy? Read(string text, out string fault)
    {
        string? version = null;
        MtaStsMode? mode = null;
        long? age = null;
        var hosts = new List<string>();
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (key, value) = colon < 0 ? (line, "") : (line[..colon].TrimEnd(), line[(colon + 1)..].Trim());
            switch (key)
            {
                case "version":
                    version ??= value;
                    break;
                case "mode":
                    mode ??= value switch { "enforce" => MtaStsMode.Enforce, "testing" => MtaStsMode.Testing, "none" => MtaStsMode.None, _ => null };
                    break;
                case "max_age":
                    age ??= long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? Math.Min(seconds, LongestAge) : null;
                    break;
                case "mx":
                    hosts.Add(value.ToLowerInvariant());
                    break;
            }
        }

        fault = version != "STSv1" ? "it does not say 'version: STSv1'"
            : mode is null ? "it names no mode that exists"
            : age is null ? "it names no max_age"
            : hosts.Count == 0 && mode != MtaStsMode.None ? "it names no mx"
            : "";
        return fault.Length > 0 ? null : new MtaStsPolicy(mode!.Value, hosts, TimeSpan.FromSeconds(age!.Value));
    }

    /// <summary>The host is one of the list (RFC 8461 4.1).</summary>
    public bool Lists(string host)
    {
        var name = host.ToLowerInvariant();
        return Hosts.Any(h => h == name
            || (h.StartsWith("*.", StringComparison.Ordinal) && name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && name[dot..] == h[1..]));
    }

    /// <summary>
    /// The route as this policy allows it: with <see cref="MtaStsMode.Enforce"/> encrypted and with a certificate of the relay's own name, whatever it said
    /// before. Null: the relay is none of the domain's servers and must not be used.
    /// </summary>
    public SmtpRoute? Apply(SmtpRoute route) => Mode != MtaStsMode.Enforce ? route
        : !Lists(route.Host) ? null
        : route with
        {
            Tls = route.Tls == SmtpTls.Implicit ? SmtpTls.Implicit : SmtpTls.Required,
            VerifyCertificate = true,
            CertificateName = null,
        };
}
