using CampaignEngine.Dispatching;

namespace CampaignEngine.Tests.Dispatching;

/// <summary>What is decided without any I/O.</summary>
public sealed class DecisionTests
{
    [Theory]
    [InlineData(SendOutcome.Deferred, 1, 300)]
    [InlineData(SendOutcome.Deferred, 2, 600)]
    [InlineData(SendOutcome.Deferred, 6, 9600)]
    [InlineData(SendOutcome.Deferred, 7, 14400)]
    [InlineData(SendOutcome.Deferred, 35, 14400)]
    [InlineData(SendOutcome.NotAttempted, 1, 0)]
    [InlineData(SendOutcome.NotAttempted, 2, 0)]
    [InlineData(SendOutcome.NotAttempted, 3, 1200)]
    public void WaitsLongerAfterEachDeferralButNotForAnAttemptThatBurdenedNobody(SendOutcome outcome, int attempt, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), new RetrySchedule().After(outcome, attempt, 0));

    [Fact]
    public void GivesUpAfterTheLastAttempt() => Assert.Null(new RetrySchedule().After(SendOutcome.Deferred, 36, 0));

    [Fact]
    public void WorkersThatDieTimeAndAgainDoNotMakeAPersonGivenUp()
    {
        Assert.Equal(TimeSpan.FromHours(4), new RetrySchedule().After(SendOutcome.NotAttempted, 36, 0));
        Assert.Null(new RetrySchedule().After(SendOutcome.NotAttempted, 1000, 0));
    }

    [Fact]
    public void SpreadsOverAFifthOfThePause() =>
        Assert.Equal(TimeSpan.FromMinutes(4), new RetrySchedule().After(SendOutcome.Deferred, 1, 1));

    [Fact]
    public void NarrowsGrantsForASlowRelayAndWidensThemAgain()
    {
        var width = new GrantWidth(64);
        Assert.Equal(32, width.Current);
        for (var i = 0; i < 20; i++)
        {
            width.Observe(width.Current, width.Current * TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, width.Current);
        for (var i = 0; i < 40; i++)
        {
            width.Observe(width.Current, width.Current * TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(64, width.Current);
    }

    [Theory]
    [InlineData(MailingState.Running, false, false, false, null)]
    [InlineData(MailingState.Running, false, true, false, SendOutcome.NotAttempted)]
    [InlineData(MailingState.Running, false, false, true, SendOutcome.NotAttempted)]
    [InlineData(MailingState.Paused, false, false, false, SendOutcome.NotAttempted)]
    [InlineData(MailingState.Cancelled, false, false, true, SendOutcome.Cancelled)]
    [InlineData(MailingState.Expired, false, false, false, SendOutcome.Expired)]
    [InlineData(MailingState.Running, true, true, true, SendOutcome.Skipped)]
    public void AsksOnceMoreBeforeTheTerminator(MailingState state, bool suppressed, bool late, bool draining, SendOutcome? expected) =>
        Assert.Equal(expected, SendGate.Refuse(state, suppressed, late, draining)?.Outcome);

    [Fact]
    public void AMessageIdIsTheSameForEveryAttemptAndTellsItsItem()
    {
        var ids = new MessageIds(new byte[32], "shop.example");
        var id = ids.Of(12, 345678);

        Assert.Equal(id, ids.Of(12, 345678));
        Assert.NotEqual(id, ids.Of(12, 345679));
        Assert.True(ids.TryRead($"<{id.ToUpperInvariant()}>", out var mailing, out var ordinal));
        Assert.Equal((12, 345678), (mailing, ordinal));
        Assert.False(ids.TryRead(id.Replace('0', '1'), out _, out _));
        Assert.False(new MessageIds([.. Enumerable.Repeat((byte)1, 32)], "shop.example").TryRead(id, out _, out _));
        Assert.False(ids.TryRead("@", out _, out _));
    }

    [Theory]
    [InlineData("before-lunch:1")]
    [InlineData("after-reply")]
    [InlineData("after-reply:0")]
    public void ACrashPointThatDoesNotExistIsAnError(string setting) =>
        Assert.StartsWith($"CAMPAIGN_CRASH={setting}: write point:hit with one of after-acquire", Assert.Throws<ArgumentException>(() => new CrashPoint(setting)).Message, StringComparison.Ordinal);
}
