using System.Globalization;
using CampaignEngine.Rendering;
using CampaignEngine.Rendering.Wording;

namespace CampaignEngine.Tests.Rendering.Wording;

/// <summary>Plural categories follow the examples of Unicode CLDR; money, dates and numbers what readers of each language expect.</summary>
public sealed class WordingTests
{
    [Theory]
    [InlineData("en", "one: 1; other: 0 2 11 1.0 1.5")]
    [InlineData("de", "one: 1; other: 0 2 1.0 0.5")]
    [InlineData("nl", "one: 1; other: 0 2 100 1.0")]
    [InlineData("fr", "one: 0 1 1.5; many: 1000000 2000000; other: 2 17 100")]
    [InlineData("es", "one: 1 1.0; many: 1000000; other: 0 2 1.5")]
    [InlineData("it", "one: 1; many: 1000000; other: 0 2 1.0")]
    [InlineData("pt-BR", "one: 0 1 1.5; many: 1000000; other: 2 17")]
    [InlineData("pt-PT", "one: 1; many: 1000000; other: 0 2 1.5")]
    [InlineData("pl", "one: 1; few: 2 3 4 22 34 102; many: 0 5 11 12 14 19 21 25 112; other: 1.5 2.0")]
    [InlineData("ru", "one: 1 21 31 101; few: 2 3 4 22 34; many: 0 5 11 12 14 19 25 111; other: 1.5 0.0")]
    [InlineData("uk", "one: 1 21; few: 2 24; many: 0 11; other: 1.5")]
    [InlineData("cs", "one: 1; few: 2 3 4; many: 0.5 1.0 10.0; other: 0 5 19 100")]
    [InlineData("ar", "zero: 0; one: 1; two: 2; few: 3 10 103 1003; many: 11 26 99 111; other: 100 102 200 0.1")]
    [InlineData("zh-TW", "other: 0 1 2 1.5 100")]
    [InlineData("ja", "other: 0 1 2 1.5 100")]
    [InlineData("sl", "one: 1 101; two: 2 102; few: 3 4 1.5; other: 0 5 100")]
    [InlineData("lt", "one: 1 21 31; few: 2 9 22; many: 1.5; other: 0 10 11 19 20")]
    [InlineData("lv", "zero: 0 10 11 20; one: 1 21; other: 2 9 22")]
    [InlineData("ro", "one: 1; few: 0 2 16 101 1.5; other: 20 35 100")]
    [InlineData("he", "one: 1; two: 2; other: 0 3 10 100")]
    [InlineData("da", "one: 1 0.5 1.5; other: 0 2 2.5")]
    [InlineData("hr", "one: 1 21 1.1; few: 2 24 1.2; other: 0 5 11 12")]
    [InlineData("tr", "one: 1; other: 0 2 1.5")]
    public void PluralCategoriesAreThoseOfTheLanguage(string language, string examples)
    {
        foreach (var line in examples.Split("; "))
        {
            var (category, numbers) = (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..]);
            foreach (var number in numbers.Split(' '))
            {
                var found = PluralRules.Category(language.Split('-')[0], language, decimal.Parse(number, CultureInfo.InvariantCulture));
                Assert.True(string.Equals(category, found.ToString(), StringComparison.OrdinalIgnoreCase), $"{language} {number}: {found} instead of {category}");
            }
        }
    }

    [Fact]
    public void AFormThatIsMissingFallsBackToOther()
    {
        var forms = new PluralForms("# order", "# orders", null, null, null, null);

        Assert.Equal("1 order", PluralText.Of(1, Culture("en"), forms));
        Assert.Equal("1,200 orders", PluralText.Of(1200, Culture("en"), forms));
        Assert.Equal("3 orders", PluralText.Of(3, Culture("pl"), forms));
        Assert.Equal("2 paczki", PluralText.Of(2, Culture("pl"), new PluralForms("# paczka", null, "# paczki", "# paczek", null, null)));
    }

    [Theory]
    [InlineData("1234.5", "EUR", "de-DE", "1.234,50 €")]
    [InlineData("1234.5", "EUR", "en-IE", "€1,234.50")]
    [InlineData("1234.5", "EUR", "fr-FR", "1 234,50 €")]
    [InlineData("1234.5", "USD", "en-US", "$1,234.50")]
    [InlineData("1234.5", "USD", "en-GB", "US$1,234.50")]
    [InlineData("1234.5", "GBP", "en-GB", "£1,234.50")]
    [InlineData("1234.5", "CHF", "de-DE", "1.234,50 CHF")]
    [InlineData("1234.5", "JPY", "en-US", "¥1,235")]
    [InlineData("1234.5", "KWD", "en-US", "KWD 1,234.500")]
    [InlineData("-5", "EUR", "de-DE", "-5,00 €")]
    [InlineData("-5", "USD", "en-US", "-$5.00")]
    public void MoneyIsWrittenInTheCurrencyOfTheAmountAndTheLanguageOfTheReader(string amount, string currency, string language, string expected) =>
        // Languages differ in which kind of unbreakable space they have; none of them may break a line there.
        Assert.Equal(expected, Spaces(MoneyText.Of(decimal.Parse(amount, CultureInfo.InvariantCulture), currency, Culture(language))));

    [Theory]
    [InlineData("en-GB", "long", "5 March 2026")]
    [InlineData("en-US", "long", "March 5, 2026")]
    [InlineData("de", "long", "5. März 2026")]
    [InlineData("fr", "long", "5 mars 2026")]
    [InlineData("es", "long", "5 de marzo de 2026")]
    [InlineData("nl", "long", "5 maart 2026")]
    [InlineData("it", "long", "5 marzo 2026")]
    [InlineData("pl", "long", "5 marca 2026")]
    [InlineData("ru", "long", "5 марта 2026 г")]
    [InlineData("cs", "long", "5. března 2026")]
    [InlineData("zh-TW", "long", "2026年3月5日")]
    [InlineData("ja", "long", "2026年3月5日")]
    [InlineData("de", "full", "Donnerstag, 5. März 2026")]
    [InlineData("de", "short", "05.03.2026")]
    [InlineData("de", "month", "März 2026")]
    [InlineData("de", "time", "09:30")]
    public void DatesAreWrittenAsTheLanguageDoes(string language, string style, string expected) =>
        Assert.Equal(expected, Spaces(DateText.Of(new DateTime(2026, 3, 5, 9, 30, 0, DateTimeKind.Unspecified), style, Culture(language))).TrimEnd('.'));

    [Theory]
    [InlineData("1234567.80", null, "de", "1.234.567,8")]
    [InlineData("1234567.80", 2, "en", "1,234,567.80")]
    [InlineData("3", null, "fr", "3")]
    public void NumbersHaveTheSeparatorsOfTheLanguage(string number, int? decimals, string language, string expected) =>
        Assert.Equal(expected, NumberText.Of(decimal.Parse(number, CultureInfo.InvariantCulture), decimals, Culture(language)));

    [Theory]
    [InlineData("de", "AT", "de-AT")]
    [InlineData("de-CH", "AT", "de-CH")]
    [InlineData("zh_TW", null, "zh-TW")]
    [InlineData("zh", "TW", "zh-TW")]
    [InlineData("en", "xx9", "en")]
    public void ALanguageTakesTheCountryOfThePerson(string language, string? country, string expected) =>
        Assert.Equal(expected, RecipientCulture.Of(language, country)?.Name);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("klingon speak")]
    [InlineData("../../etc")]
    public void WhatIsNoLanguageIsNone(string? language) => Assert.Null(RecipientCulture.Of(language, "DE"));

    [Fact]
    public void TheProgramRunsWithLanguageData() => Assert.True(RecipientCulture.IsKnown);

    private static CultureInfo Culture(string name) => CultureInfo.GetCultureInfo(name);

    private static string Spaces(string text) => text.Replace('\u00a0', ' ').Replace('\u202f', ' ');
}
