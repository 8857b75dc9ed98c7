using CampaignEngine.Database.Migrations;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Database.Migrations;

public sealed class MigrationRunnerTests(EmptyTestDatabase database) : IClassFixture<EmptyTestDatabase>
{
    private static readonly Migration First = new(1, "first", "CREATE TABLE one (n int)");
    private static readonly Migration Second = new(2, "second", "CREATE TABLE two (n int);\nCREATE TABEL three ()");
    private static readonly DateTimeOffset Day = new(2026, 3, 10, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EachMigrationIsKeptWholeOrNotAtAll()
    {
        var fault = await Assert.ThrowsAsync<MigrationException>(() => new MigrationRunner(database.Source, TimeProvider.System, [First, Second]).RunAsync(Cancel));

        Assert.Equal("migration 0002_second.sql failed: syntax error at or near \"TABEL\"; nothing of it was kept", fault.Message);
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM engine.schema_migration"));
        Assert.True(await database.ScalarAsync<bool>("SELECT to_regclass('one') IS NOT NULL AND to_regclass('two') IS NULL"));
    }

    [Fact]
    public void AChangedFileIsNamed()
    {
        var recorded = new AppliedMigration(1, "first", new Migration(1, "first", "CREATE TABLE other ()").Sha256, Day);
        Assert.Equal(
            [$"migration 0001_first.sql was changed after it was applied on 2026-03-10 (recorded {recorded.Sha256[..12]}, now {First.Sha256[..12]}); "
                + "restore the file and put the change into a new migration"],
            MigrationHistory.Faults([First], [recorded]));
    }

    [Fact]
    public void AFileThatIsMissingIsNamed() =>
        Assert.Equal(
            ["migration 0001_gone was applied on 2026-03-10, but this program has no such file; restore the file or use the program that made the database"],
            MigrationHistory.Faults([Second], [new(1, "gone", "x", Day)]));

    [Fact]
    public void ANewerDatabaseIsRefused() =>
        Assert.Equal(
            ["the database is newer than this program: it has migration 0003_later, this program ends at 0001; run the newer program"],
            MigrationHistory.Faults([First], [new(1, "first", First.Sha256, Day), new(3, "later", "x", Day)]));

    [Fact]
    public void AFileSlippedInBeforeAnAppliedOneIsNamed() =>
        Assert.Equal(
            ["migration 0001_first.sql was never applied, although 0002 was; give it the next free number"],
            MigrationHistory.Faults([First, Second], [new(2, "second", Second.Sha256, Day)]));

    [Fact]
    public void LineEndsDoNotCountAsAChange() =>
        Assert.Equal(new Migration(1, "x", "a\nb").Sha256, new Migration(1, "x", "a\r\nb").Sha256);

    [Fact]
    public void TheProgramsOwnFilesAreNumberedWithoutGaps()
    {
        Assert.NotEmpty(Migration.Embedded);
        Assert.Equal(Enumerable.Range(1, Migration.Embedded.Count), Migration.Embedded.Select(migration => migration.Number));
    }
}
