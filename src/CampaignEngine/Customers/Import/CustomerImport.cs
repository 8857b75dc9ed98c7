using System.Diagnostics;
using CampaignEngine.Authoring;
using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Customers.Import;

/// <summary>
/// A CSV file, or several that one map joins → the customer database. Rows go to temporary tables while the file is read; one transaction then merges them all, so a
/// broken file, a killed process or a lost connection leaves nothing behind.
/// </summary>
/// <param name="settle">Looks at what was merged, in its transaction, and throws <see cref="ImportFailedException"/> where it cannot stay so; null: nobody does.</param>
/// <param name="judge">Refuses rows that were merged, in its transaction, having taken them out again; null: nobody does.</param>
public sealed class CustomerImport(
    NpgsqlDataSource source, TimeProvider timeProvider, Func<NpgsqlConnection, string, CancellationToken, Task>? settle = null, Func<NpgsqlConnection, CancellationToken, Task<IReadOnlyList<RefusedRow>>>? judge = null)
{
    /// <summary>Imports one file.</summary>
    /// <param name="path">The file, plain or gzip; others that the map names lie beside it.</param>
    /// <param name="map">A loaded map.</param>
    /// <param name="options">Strictness, dry run, where rejects go.</param>
    /// <param name="progress">Told every few thousand records; null: nobody.</param>
    /// <param name="cancellationToken">Stops the import; nothing is kept.</param>
    /// <exception cref="ImportFailedException">The file, the map or the database stopped the import; nothing was kept.</exception>
    public async Task<ImportResult> RunAsync(
        string path, ImportMap map, ImportOptions options, Action<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        var doing = "reading the file";
        List<OpenedSource> sources = [];
        try
        {
            // 1. The tables behind the map.
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            ProblemList problems = new();
            var tables = await StageBuilder.TablesAsync(connection, map, problems, cancellationToken);
            Refuse(problems);

            // 2. The files and their columns.
            using RejectFile rejects = new(options.RejectsFile ?? Path.GetFullPath(path) + ".rejects.csv", Fallback(path, options));
            foreach (var sourceMap in map.Sources)
            {
                var file = sourceMap.Beside is { } beside ? Beside(path, beside) : path;
                var opened = OpenedSource.Open(file, sourceMap, options.Limits, Reject(file, file == path, options, rejects));
                sources.Add(opened);
                opened.Prepare(sources.Sum(s => s.Stages.Count), tables, problems);
            }

            Refuse(problems);
            List<EntityStage> stages = [.. sources.SelectMany(s => s.Stages)];
            var length = sources.Sum(s => s.Length);

            // 3. Records → typed rows → temporary tables.
            await PrepareAsync(connection, map, stages, cancellationToken);
            (long Bytes, long Records) done = default;
            foreach (var opened in sources)
            {
                var (bytes, records) = done;
                await opened.StageAsync(connection, (at, record) => progress?.Invoke(new ImportProgress(bytes + at, length, records + record, null)), cancellationToken);
                done = (bytes + opened.Length, records + opened.Records);
            }

            // 4. One transaction merges them.
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            List<(SourceMap Source, long Line, string Reason)> refused = [];
            Merge merge = new(connection, stages, (stage, line, reason) => refused.Add((stage.Source, line, reason)), entity =>
            {
                doing = $"merging {entity}";
                progress?.Invoke(new ImportProgress(length, length, done.Records, entity));
            });
            var entities = await merge.RunAsync(cancellationToken);
            if (judge is not null)
            {
                await merge.RefuseAsync(await judge(connection, cancellationToken), entities, cancellationToken);
            }

            foreach (var opened in sources)
            {
                RefusedLines.Report(opened.Path, opened.Map.Format, options.Limits, [.. refused.Where(r => r.Source == opened.Map).Select(r => (r.Line, r.Reason))], opened.Reject);
            }

            await (settle?.Invoke(connection, path, cancellationToken) ?? Task.CompletedTask);
            rejects.Flush();

            doing = "committing";
            if (options.DryRun)
            {
                await transaction.RollbackAsync(cancellationToken);
            }
            else
            {
                await transaction.CommitAsync(cancellationToken);
            }

            return new ImportResult
            {
                Read = done.Records,
                Rejected = rejects.Count,
                RejectsFile = rejects.Path,
                Entities = entities,
                Seconds = Math.Round(timeProvider.GetElapsedTime(started).TotalSeconds, 3),
            };
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.DiskFull)
        {
            throw new ImportFailedException(
                $"{path}: the database server's disk is full ({fault.MessageText}) while {doing}; nothing was imported. Make room there and run the import again", fault);
        }
        catch (PostgresException fault) when (DatabaseUnavailableException.From(fault, "") is null)
        {
            var where = fault.TableName is null ? "" : $" ({fault.SchemaName}.{fault.TableName}{(fault.ConstraintName is null ? "" : $", {fault.ConstraintName}")})";
            throw new ImportFailedException($"{path}: the database refused the rows while {doing}: {fault.MessageText}{where}; nothing was imported", fault);
        }
        catch (NpgsqlException fault)
        {
            throw new ImportFailedException(doing == "committing"
                ? $"{path}: the database connection was lost while committing, so the import took place wholly or not at all; run it again, rows that are there stay unchanged"
                : $"{path}: the database connection was lost while {doing}; nothing was imported. Check the server and run the import again", fault);
        }
        finally
        {
            sources.ForEach(s => s.Dispose());
        }
    }

    private static async Task PrepareAsync(NpgsqlConnection connection, ImportMap map, List<EntityStage> stages, CancellationToken cancellationToken)
    {
        // Times without a zone in foreign tables mean the zone of the file. The connection is reset when it goes back to its pool.
        await using (NpgsqlCommand settings = new(SqlFile.Load<CustomerImport>("PrepareSession"), connection))
        {
            settings.Parameters.AddWithValue("zone", map.Sources[0].Format.Zone.Id);
            await settings.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var stage in stages)
        {
            await using NpgsqlCommand create = new(new MergeStatements(stage).CreateStage, connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static Action<long, string, string> Reject(string path, bool main, ImportOptions options, RejectFile rejects) => (line, reason, raw) =>
    {
        if (options.Strict)
        {
            throw new ImportFailedException($"{path}, line {line}: {reason}; nothing was imported (--strict)") { InvalidInput = true };
        }

        rejects.Add(line, main ? reason : $"{Path.GetFileName(path)}: {reason}", raw);
    };

    private static string Beside(string path, Written name)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string[] candidates = [Path.Combine(folder, name.Text), Path.Combine(folder, name.Text + ".gz")];
        return Array.Find(candidates, File.Exists)
            ?? throw new ImportFailedException($"{name.Place}: {candidates[0]} does not exist; put {name.Text} beside {Path.GetFileName(path)}") { InvalidInput = true };
    }

    private static string? Fallback(string path, ImportOptions options) => options.RejectsFile is null && options.RejectsFolder is not null
        ? Path.Combine(options.RejectsFolder, Path.GetFileName(path) + ".rejects.csv")
        : null;

    private static void Refuse(ProblemList problems)
    {
        if (problems.HasErrors)
        {
            throw new ImportFailedException(string.Join('\n', problems.Items.Distinct())) { InvalidInput = true };
        }
    }
}
