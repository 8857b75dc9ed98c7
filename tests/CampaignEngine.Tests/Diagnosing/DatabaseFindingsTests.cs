using CampaignEngine.Diagnosing;

namespace CampaignEngine.Tests.Diagnosing;

public sealed class DatabaseFindingsTests
{
    [Fact]
    public void EverySettingThatCanLoseAConfirmedSendIsAFault() =>
        Assert.All(
            DatabaseFindings.Durability(new DatabaseFacts { Fsync = "off", FullPageWrites = "off", SynchronousCommit = "off" }),
            finding => Assert.Equal(FindingState.Fault, finding.State));

    [Theory]
    [InlineData("on")]
    [InlineData("remote_apply")]
    [InlineData("local")]
    public void EveryWaitingCommitIsFine(string level) =>
        Assert.Equal(FindingState.Ok, DatabaseFindings.Durability(new DatabaseFacts { SynchronousCommit = level }).Last().State);

    [Theory]
    [InlineData(1.9, FindingState.Ok)]
    [InlineData(-2.1, FindingState.Warning)]
    [InlineData(61, FindingState.Fault)]
    public void AClockIsJudgedByItsDistance(double seconds, FindingState state) =>
        Assert.Equal(state, DatabaseFindings.Clock(TimeSpan.FromSeconds(seconds)).State);

    [Fact]
    public void AMissingQueryRoleIsAWarningWithTheStatementToRun()
    {
        var finding = DatabaseFindings.QueryRole(new DatabaseFacts { HasQueryRole = false });
        Assert.Equal(FindingState.Warning, finding.State);
        Assert.Equal("let an administrator run: CREATE ROLE campaign_query NOLOGIN; GRANT campaign_query TO <this user>;", finding.Fix);
    }

    [Theory]
    [InlineData(0.4, FindingState.Fault)]
    [InlineData(3, FindingState.Warning)]
    [InlineData(20, FindingState.Ok)]
    public void FreeSpaceIsJudgedInGigabytes(double gigabytes, FindingState state) =>
        Assert.Equal(state, DatabaseFindings.DiskSpace((long)(gigabytes * (1L << 30))).State);
}
