using CampaignEngine.Tracking.Replies;

namespace CampaignEngine.Tests.Tracking.Replies;

public sealed class OwnTextTests
{
    [Theory]
    [InlineData("Yes, two please.\n\nOn Tue, 10 Mar 2026 at 09:00, Shop <tea@shop.test> wrote:\n> Spring tea\n> is here", "Yes, two please.")]
    [InlineData("Ja bitte.\r\n\r\nAm Dienstag, 10. März 2026, 09:00:00 schrieb Shop <tea@shop.test\r\n>:\r\n> Spring", "Ja bitte.\n\nAm Dienstag, 10. März 2026, 09:00:00 schrieb Shop <tea@shop.test\n:")]
    [InlineData("Two.\n\nOn Tuesday, Shop <\ntea@shop.test> wrote:\n> x", "Two.")]
    [InlineData("好，兩包\n\n> 春茶", "好，兩包")]
    [InlineData("Two.\n-- \nAnna", "Two.")]
    [InlineData("Two.\n\n________________________________\nFrom: Shop", "Two.")]
    [InlineData("Two.\n\n-----Original Message-----\nFrom: Shop", "Two.")]
    [InlineData("Two.\n\nVon: Shop <tea@shop.test>\nGesendet: Dienstag\nAn: Anna", "Two.")]
    [InlineData("> quoted\n\nTwo, as said above.\n> more", "Two, as said above.")]
    [InlineData("write to me: anna@x.test please", "write to me: anna@x.test please")]
    public void IsWhatStandsAboveTheQuotation(string mail, string own)
    {
        // A sign of the second row that is cut apart by a mail program stays: rather too much than a lost word.
        Assert.Equal(own.Replace("\n:", "", StringComparison.Ordinal), OwnText.Of(mail).Replace("\n:", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("When are you open?", "open", true)]
    [InlineData("it was reopened", "open", false)]
    [InlineData("ÖFFNUNGSZEITEN bitte", "öffnungszeiten", true)]
    [InlineData("Opening\n  hours?", "opening hours", true)]
    [InlineData("請問營業時間是什麼", "營業時間", true)]
    [InlineData("opened", "open", false)]
    public void WordsAreWholeWords(string text, string word, bool stands) => Assert.Equal(stands, ReplyWords.StandIn(text, [word]));

    [Theory]
    [InlineData("Re: AW: Stop", "Stop")]
    [InlineData("回覆：停止", "停止")]
    [InlineData("Order: stop", "Order: stop")]
    public void ASubjectIsReadWithoutRe(string subject, string bare) => Assert.Equal(bare, PersonalMail.Bare(subject));
}
