using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Tests.Support;

namespace CampaignEngine.Mail.Tests.Addresses;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("anna@example.com", "anna@example.com", "anna@example.com")]
    [InlineData("  Anna.Berg@Example.COM ", "Anna.Berg@example.com", "anna.berg@example.com")]
    [InlineData("\u00a0\ufeffanna@example.com\u200b", "anna@example.com", "anna@example.com")]
    [InlineData("anna@BÜCHER.example", "anna@xn--bcher-kva.example", "anna@xn--bcher-kva.example")]
    [InlineData("anna@xn--Bcher-kva.example", "anna@xn--bcher-kva.example", "anna@xn--bcher-kva.example")]
    [InlineData("anna@bu\u0308cher.example", "anna@xn--bcher-kva.example", "anna@xn--bcher-kva.example")]
    [InlineData("anna@例え。テスト", "anna@xn--r8jz45g.xn--zckzah", "anna@xn--r8jz45g.xn--zckzah")]
    [InlineData("JÖRG@example.com", "JÖRG@example.com", "jörg@example.com")]
    [InlineData("jo\u0308rg@example.com", "jo\u0308rg@example.com", "jörg@example.com")]
    [InlineData("x@localhost", "x@localhost", "x@localhost")]
    public void OneMailboxHasOneKey(string written, string wire, string key)
    {
        Assert.True(EmailAddress.TryParse(written, out var address, out var fault), fault.ToString());
        Assert.Equal(wire, address.Text);
        Assert.Equal(key, address.Key);
        Assert.Equal(wire[..wire.IndexOf('@', StringComparison.Ordinal)], address.LocalPart.ToString());
        Assert.Equal(wire[(wire.IndexOf('@', StringComparison.Ordinal) + 1)..], address.Domain.ToString());
    }

    [Theory]
    [InlineData("jörg@example.com", true)]
    [InlineData("用户@例え.テスト", true)]
    [InlineData("joerg@bücher.example", false)]
    public void OnlyALocalPartBeyondAsciiNeedsSmtpUtf8(string written, bool needed) => Assert.Equal(needed, Some.Address(written).NeedsSmtpUtf8);

    [Theory]
    [InlineData(null, AddressFault.Empty)]
    [InlineData(" \u00a0", AddressFault.Empty)]
    [InlineData("anna", AddressFault.NoAtSign)]
    [InlineData("an\nna", AddressFault.ControlCharacter)]
    [InlineData("@example.com", AddressFault.NoLocalPart)]
    [InlineData("anna@", AddressFault.NoDomain)]
    [InlineData("anna@example.com\r\n", AddressFault.ControlCharacter)]
    [InlineData("anna@example.com\r\nRCPT TO:<x@y>", AddressFault.LocalPartCharacter)]
    [InlineData("anna@example.com\r\nDATA", AddressFault.ControlCharacter)]
    [InlineData("an\0na@example.com", AddressFault.ControlCharacter)]
    [InlineData("anna@exam\0ple.com", AddressFault.ControlCharacter)]
    [InlineData("anna@exämple\u0085.com", AddressFault.ControlCharacter)]
    [InlineData("an\u202ena@example.com", AddressFault.ControlCharacter)]
    [InlineData("an\u2028na@example.com", AddressFault.ControlCharacter)]
    [InlineData("anna berg@example.com", AddressFault.LocalPartCharacter)]
    [InlineData("anna@exam ple.com", AddressFault.DomainCharacter)]
    [InlineData("a@b@example.com", AddressFault.LocalPartCharacter)]
    [InlineData("<anna@example.com>", AddressFault.LocalPartCharacter)]
    [InlineData("anna@example.com>", AddressFault.DomainCharacter)]
    [InlineData("anna@example.com SIZE=1", AddressFault.DomainCharacter)]
    [InlineData("anna;bert@example.com", AddressFault.LocalPartCharacter)]
    [InlineData("\"anna\"@example.com", AddressFault.QuotedLocalPart)]
    [InlineData("anna(home)@example.com", AddressFault.Comment)]
    [InlineData("anna@example.com(home)", AddressFault.Comment)]
    [InlineData("anna@[127.0.0.1]", AddressFault.AddressLiteral)]
    [InlineData("anna@127.0.0.1", AddressFault.NumericTopLevel)]
    [InlineData(".anna@example.com", AddressFault.MisplacedDot)]
    [InlineData("an..na@example.com", AddressFault.MisplacedDot)]
    [InlineData("anna.@example.com", AddressFault.MisplacedDot)]
    [InlineData("anna@example..com", AddressFault.EmptyLabel)]
    [InlineData("anna@example.com.", AddressFault.EmptyLabel)]
    [InlineData("anna@-example.com", AddressFault.MisplacedHyphen)]
    [InlineData("anna@exam_ple.com", AddressFault.DomainCharacter)]
    [InlineData("anna@xn--a.com", AddressFault.InternationalDomain)]
    [InlineData("anna@a\u200db.com", AddressFault.InternationalDomain)]
    public void ABadAddressIsRefusedWithItsReason(string? written, AddressFault expected)
    {
        Assert.False(EmailAddress.TryParse(written, out var address, out var fault));
        Assert.Equal(expected, fault);
        Assert.True(address.IsEmpty);
        Assert.NotEmpty(fault.Explain());
    }

    [Fact]
    public void HalfACharacterIsRefused()
    {
        Assert.False(EmailAddress.TryParse("an" + '\ud83d' + "na@example.com", out _, out var fault));
        Assert.Equal(AddressFault.DamagedText, fault);
        Assert.False(EmailAddress.TryParse("anna@ex" + '\ud83d' + "ample.com", out _, out _));
    }

    [Fact]
    public void TheLimitsOfTheStandardHoldToTheOctet()
    {
        Assert.Equal(AddressFault.None, FaultOf(new string('a', 64) + "@example.com"));
        Assert.Equal(AddressFault.LocalPartTooLong, FaultOf(new string('a', 65) + "@example.com"));
        Assert.Equal(AddressFault.LocalPartTooLong, FaultOf(new string('ö', 33) + "@example.com"));
        Assert.Equal(AddressFault.None, FaultOf("a@" + new string('b', 63) + ".com"));
        Assert.Equal(AddressFault.LabelTooLong, FaultOf("a@" + new string('b', 64) + ".com"));
        var domain = string.Join('.', Enumerable.Repeat(new string('b', 61), 4));
        Assert.Equal(AddressFault.None, FaultOf("abcdef@" + domain));
        Assert.Equal(AddressFault.TooLong, FaultOf("abcdefgh@" + domain));
    }

    [Theory]
    [InlineData("J.Doe+tea@GoogleMail.com", "jdoe@gmail.com")]
    [InlineData("jdoe@gmail.com", "jdoe@gmail.com")]
    [InlineData("j.doe+tea@outlook.com", "j.doe@outlook.com")]
    [InlineData("j.doe+tea@hotmail.com", "j.doe@hotmail.com")]
    [InlineData("j.doe+tea@example.com", "j.doe+tea@example.com")]
    [InlineData("+tea@gmail.com", "+tea@gmail.com")]
    public void ProviderRulesUniteOnlyWhatTheProviderUnites(string written, string key)
    {
        var rules = new AddressRules { IgnoreDots = true, IgnorePlusTags = true };
        Assert.Equal(key, Some.Address(written).NormalisedKey(rules));
    }

    [Fact]
    public void ProviderRulesAreOffUnlessAskedFor()
    {
        Assert.Equal("j.doe+tea@googlemail.com", Some.Address("J.Doe+tea@googlemail.com").Key);
        Assert.Equal("j.doe@gmail.com", Some.Address("J.Doe+tea@googlemail.com").NormalisedKey(new AddressRules { IgnorePlusTags = true }));
        Assert.Equal("jdoe+tea@gmail.com", Some.Address("J.Doe+tea@googlemail.com").NormalisedKey(new AddressRules { IgnoreDots = true }));
    }

    [Fact]
    public void OwnProvidersReplaceTheKnownOnes()
    {
        var rules = new AddressRules
        {
            IgnorePlusTags = true,
            Spellings = [new SpellingRule(["tea.example", "coffee.example"], IgnoresDots: false, IgnoresPlusTags: true, OneMailboxOverDomains: true)],
        };
        Assert.Equal("a@tea.example", Some.Address("a+x@coffee.example").NormalisedKey(rules));
        Assert.Equal("a+x@gmail.com", Some.Address("a+x@gmail.com").NormalisedKey(rules));
    }

    [Fact]
    public void AnAddressThatIsItsOwnKeyCostsNothing()
    {
        const string Written = "anna@example.com";
        _ = Spend(50);
        Assert.Equal(0, Spend(50));

        static long Spend(int times)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var same = true;
            for (var i = 0; i < times; i++)
            {
                same &= EmailAddress.TryParse(Written, out var address, out _) && ReferenceEquals(address.Key, Written);
            }

            return same ? GC.GetAllocatedBytesForCurrentThread() - before : -1;
        }
    }

    private static AddressFault FaultOf(string text)
    {
        _ = EmailAddress.TryParse(text, out _, out var fault);
        return fault;
    }
}
