using CampaignEngine.Testing;

namespace CampaignEngine.EndToEnd.Kills;

/// <summary>A few seconds of what <c>random-kills MINUTES</c> does for as long as one likes.</summary>
public sealed class RandomKillsTests : IDisposable
{
    private readonly TempDirectory _folder = new("rk");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task NobodyIsLostOrWrittenToTwiceWhateverIsKilledPausedAndEdited()
    {
        var kills = new RandomKills { Seed = 20261122, Time = TimeSpan.FromSeconds(8), People = 1_000 };

        var wrong = await kills.RunAsync(_folder["s"], line => TestContext.Current.TestOutputHelper?.WriteLine(line));

        Assert.Empty(wrong);
    }
}
