using System.Xml.Linq;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Testing;

namespace CampaignEngine.Mail.Tests.Addresses;

/// <summary>
/// The published isemail set. Required: VALID and DNSWARN are accepted, ERR is refused. Our choice for the rest, as docs/mail.md says:
/// refused, but for white space around the address (dropped) and a domain without a dot (accepted).
/// </summary>
public sealed class IsEmailCorpusTests
{
    private static readonly HashSet<string> AlsoAccepted = [" test@iana.org", "test@iana.org ", "test@org"];

    [Fact]
    public void EveryCaseOfTheCorpusIsJudgedAsDocumented()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var test in XDocument.Load(SharedData.Require("email-validity/isemail-tests.xml")).Descendants("test"))
        {
            var written = string.Concat(((string?)test.Element("address") ?? "").Select(c => c is >= '\u2400' and <= '\u241f' ? (char)(c - '\u2400') : c));
            var category = (string?)test.Element("category");
            var expected = category is "ISEMAIL_VALID_CATEGORY" or "ISEMAIL_DNSWARN" || AlsoAccepted.Contains(written);
            var accepted = EmailAddress.TryParse(written, out _, out var fault);
            count++;
            if (accepted != expected)
            {
                wrong.Add($"{category} {(string?)test.Element("diagnosis")}: '{written}' gave {fault}");
            }
        }

        Assert.Empty(wrong);
        Assert.Equal(164, count);
    }
}
