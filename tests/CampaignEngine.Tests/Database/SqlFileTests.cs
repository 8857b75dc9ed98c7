using CampaignEngine.Database;
using CampaignEngine.Database.Migrations;

namespace CampaignEngine.Tests.Database;

public sealed class SqlFileTests
{
    // The driver wants a COPY at the very beginning; its reason follows.
    [Fact]
    public void EveryStatementBeginsWithItsReason() =>
        Assert.Empty(SqlFile.All(typeof(SqlFile).Assembly)
            .Where(file => !file.Text.StartsWith("--", StringComparison.Ordinal) 
                && !(file.Text.StartsWith("COPY ", StringComparison.Ordinal) && file.Text.Contains("\n-- ", StringComparison.Ordinal)))
            .Select(file => file.Resource));

    [Fact]
    public void AMissingFileIsNamedWithItsNeighbours()
    {
        var fault = Assert.Throws<InvalidOperationException>(() => SqlFile.Load<MigrationRunner>("ReadHistroy"));
        Assert.StartsWith(
            "SQL file 'CampaignEngine.Database.Migrations.Sql.ReadHistroy.sql' is not embedded in CampaignEngine; present: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("ReadHistory.sql", fault.Message, StringComparison.Ordinal);
    }
}
