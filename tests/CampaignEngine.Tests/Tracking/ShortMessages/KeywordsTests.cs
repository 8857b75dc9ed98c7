using CampaignEngine.Testing;
using CampaignEngine.Tracking.ShortMessages;

namespace CampaignEngine.Tests.Tracking.ShortMessages;

public sealed class KeywordsTests
{
    [Fact]
    public void PublishedWordsMeanWhatTheyAreListedFor()
    {
        var rows = File.ReadAllLines(SharedData.Require("sms-phone/sms-keywords.csv"))[1..].Where(r => r.Length > 0).Select(r => r.Split(',')).ToList();

        Assert.True(rows.Count >= 19);
        Assert.All(rows, row => Assert.Equal(
            row[1] switch { "opt_out" => KeywordAction.Stop, "opt_in" => KeywordAction.Start, "help" => KeywordAction.Help, _ => KeywordAction.None }, Keywords.Of(row[0])));
    }

    [Theory]
    [InlineData("stop", KeywordAction.Stop)]
    [InlineData("  Stop. \n", KeywordAction.Stop)]
    [InlineData("\"STOP\"", KeywordAction.Stop)]
    [InlineData("ＳＴＯＰ", KeywordAction.Stop)]
    [InlineData("Arrêt", KeywordAction.Stop)]
    [InlineData("stop  all", KeywordAction.Stop)]
    [InlineData("退訂", KeywordAction.Stop)]
    [InlineData("退订。", KeywordAction.Stop)]
    [InlineData("Hjälp", KeywordAction.Help)]
    [InlineData("help?", KeywordAction.Help)]
    [InlineData("Start!", KeywordAction.Start)]
    [InlineData("수신거부", KeywordAction.Stop)]
    [InlineData("Стоп", KeywordAction.Stop)]
    [InlineData("відписатися", KeywordAction.Stop)]
    [InlineData("please don't stop", KeywordAction.None)]
    [InlineData("STOP PLEASE", KeywordAction.None)]
    [InlineData("stopwatch", KeywordAction.None)]
    [InlineData("", KeywordAction.None)]
    [InlineData("?!", KeywordAction.None)]
    public void OnlyTheWholeTextIsACommand(string text, KeywordAction expected) => Assert.Equal(expected, Keywords.Of(text));
}
