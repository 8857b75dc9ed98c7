using System.Text;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Hygiene;
using CampaignEngine.Mail.Addresses;

namespace CampaignEngine.Deduplication;

/// <summary>A contact point in its normal form with its recipient key, or the reason there is none.</summary>
public readonly record struct NormalisedContact(string? Address, byte[]? Key, string? Problem);

/// <summary>
/// Normal forms of contact points, one rule for lists, suppressions and tests: e-mail in lower case with punycode domain (provider
/// rules for dots and plus tags where engine.yaml turns them on), phone numbers in E.164, postal addresses folded to letters and digits.
/// </summary>
public sealed class ContactPoints(RecipientKeys keys, AddressRules rules, string? defaultCountry)
{
    /// <param name="channel">"email", "sms", "print" or "call".</param>
    /// <param name="address">As stored; a postal address has its parts joined by line feeds.</param>
    /// <param name="country">ISO alpha-2 country of the person, for national phone numbers.</param>
    public NormalisedContact Normalise(string channel, string? address, string? country)
    {
        if (string.IsNullOrWhiteSpace(address))
        {
            return new NormalisedContact(null, null, Reason.NoAddress);
        }

        switch (channel)
        {
            case "email":
                return EmailAddress.TryParse(address, out EmailAddress email, out _)
                    ? new NormalisedContact(email.Text, keys.Of(channel, email.NormalisedKey(rules)), null)
                    : new NormalisedContact(null, null, Reason.InvalidAddress);
            case "sms" or "call":
                return PhoneNumber.TryNormalise(address, country ?? defaultCountry, out var number)
                    ? new NormalisedContact(number, keys.Of(channel, number), null)
                    : new NormalisedContact(null, null, Reason.InvalidAddress);
            default:
                var folded = Fold(address);
                return folded.Length < 5
                    ? new NormalisedContact(null, null, Reason.InvalidAddress)
                    : new NormalisedContact(address.Trim(), keys.Of("print", folded), null);
        }
    }

    // Letters and digits only, upper case, compatibility forms unified: "Hauptstr. 5" and "HAUPTSTR 5" are one letter box.
    private static string Fold(string address)
    {
        var folded = new StringBuilder(address.Length);
        foreach (var c in address.Normalize(NormalizationForm.FormKC))
        {
            if (char.IsLetterOrDigit(c))
            {
                folded.Append(char.ToUpperInvariant(c));
            }
        }
        return folded.ToString();
    }
}
