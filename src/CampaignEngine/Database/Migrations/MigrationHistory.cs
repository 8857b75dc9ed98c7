namespace CampaignEngine.Database.Migrations;

/// <summary>A migration as the database recorded it.</summary>
public sealed record AppliedMigration(int Number, string Name, string Sha256, DateTimeOffset AppliedAt);

/// <summary>Compares what a database recorded with what the program carries; decides, touches nothing.</summary>
public static class MigrationHistory
{
    /// <summary>Every fault that forbids migrating, one line each; empty when the history is a prefix of the program's list.</summary>
    public static IReadOnlyList<string> Faults(IReadOnlyList<Migration> program, IReadOnlyList<AppliedMigration> applied)
    {
        var known = program.ToDictionary(migration => migration.Number);
        var newest = program.Count == 0 ? 0 : program[^1].Number;
        var faults = new List<string>();

        if (applied.Count > 0 && applied[^1].Number > newest)
        {
            var last = applied[^1];
            faults.Add($"the database is newer than this program: it has migration {last.Number:0000}_{last.Name}, "
                + $"this program ends at {newest:0000}; run the newer program");
            return faults;
        }

        foreach (var entry in applied)
        {
            if (!known.TryGetValue(entry.Number, out var migration))
            {
                faults.Add($"migration {entry.Number:0000}_{entry.Name} was applied on {entry.AppliedAt:yyyy-MM-dd}, "
                    + "but this program has no such file; restore the file or use the program that made the database");
            }
            else if (migration.Sha256 != entry.Sha256)
            {
                faults.Add($"migration {migration.FileName} was changed after it was applied on {entry.AppliedAt:yyyy-MM-dd} "
                    + $"(recorded {entry.Sha256[..12]}, now {migration.Sha256[..12]}); restore the file and put the change into a new migration");
            }
        }

        var recorded = applied.Select(entry => entry.Number).ToHashSet();
        var lastRecorded = applied.Count == 0 ? 0 : applied[^1].Number;
        foreach (var skipped in program.Where(migration => migration.Number < lastRecorded && !recorded.Contains(migration.Number)))
        {
            faults.Add($"migration {skipped.FileName} was never applied, although {lastRecorded:0000} was; give it the next free number");
        }

        return faults;
    }

    /// <summary>The migrations still to run.</summary>
    public static IReadOnlyList<Migration> Pending(IReadOnlyList<Migration> program, IReadOnlyList<AppliedMigration> applied)
    {
        var last = applied.Count == 0 ? 0 : applied[^1].Number;
        return [.. program.Where(migration => migration.Number > last)];
    }
}
