using System.Diagnostics;
using CampaignEngine.Authoring;
using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Customers.Import;

/// <summary>
/// A CSV file → the customer database. Rows go to temporary tables while the file is read; one transaction then merges them all, so a
/// broken file, a killed process or a lost connection leaves nothing behind.
/// </summary>
public sealed class CustomerImport(NpgsqlDataSource source, TimeProvider timeProvider)
{
    private const int FullBuffer = 1 << 20;
    private const int RecordsBetweenReports = 2000;

    /// <summary>Imports one file.</summary>
    /// <param name="path">The file, plain or gzip.</param>
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
        try
        {
            // 1. The tables behind the map.
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            ProblemList problems = new();
            var tables = await StageBuilder.TablesAsync(connection, map, problems, cancellationToken);
            Refuse(problems);

            // 2. The file and its columns.
            using var file = SourceFile.Open(path, map.Format, options.Limits);
            using RejectFile rejects = new(options.RejectsFile ?? Path.GetFullPath(path) + ".rejects.csv", Fallback(path, options));
            void Reject(long line, string reason, string raw)
            {
                if (options.Strict)
                {
                    throw new ImportFailedException($"{path}, line {line}: {reason}; nothing was imported (--strict)") { InvalidInput = true };
                }

                rejects.Add(line, reason, raw);
            }

            using var records = Open(path, file, map, options, Reject);
            SourceRow row = new(records.Columns, map.Format);
            var stages = new StageBuilder(map, records.Columns, row, tables, problems).Build();
            Refuse(problems);

            // 3. Records → typed rows → temporary tables.
            await PrepareAsync(connection, map, stages, cancellationToken);
            await StageAsync(connection, file, records, row, stages, Reject, progress, cancellationToken);

            // 4. One transaction merges them.
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            List<(long Line, string Reason)> refused = [];
            Merge merge = new(connection, stages, (line, reason) => refused.Add((line, reason)), entity =>
            {
                doing = $"merging {entity}";
                progress?.Invoke(new ImportProgress(file.Length, file.Length, records.Record, entity));
            });
            var entities = await merge.RunAsync(cancellationToken);
            RefusedLines.Report(path, map.Format, options.Limits, refused, Reject);
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
                Read = records.Record,
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
    }

    private static async Task PrepareAsync(NpgsqlConnection connection, ImportMap map, List<EntityStage> stages, CancellationToken cancellationToken)
    {
        // Times without a zone in foreign tables mean the zone of the file. The connection is reset when it goes back to its pool.
        await using (NpgsqlCommand settings = new(SqlFile.Load<CustomerImport>("PrepareSession"), connection))
        {
            settings.Parameters.AddWithValue("zone", map.Format.Zone.Id);
            await settings.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var stage in stages)
        {
            await using NpgsqlCommand create = new(new MergeStatements(stage).CreateStage, connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task StageAsync(
        NpgsqlConnection connection,
        SourceFile file,
        CsvRecords records,
        SourceRow row,
        List<EntityStage> stages,
        Action<long, string, string> reject,
        Action<ImportProgress>? progress,
        CancellationToken cancellationToken)
    {
        CopyPipe staging = new(connection);
        await staging.RunAsync(FillAsync, cancellationToken);

        async Task FillAsync(CancellationToken stop)
        {
            while (records.Read())
            {
                row.Move(records.Cells, records.Record);
                Stage(records, row, stages, reject);
                foreach (var stage in stages)
                {
                    if (stage.Buffer.Length >= FullBuffer)
                    {
                        stage.Buffer = await staging.SendAsync(new MergeStatements(stage).Copy, stage.Buffer, stop);
                    }
                }

                if (records.Record % RecordsBetweenReports == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    progress?.Invoke(new ImportProgress(file.Position, file.Length, records.Record, null));
                }
            }

            foreach (var stage in stages.Where(s => s.Buffer.Length > 0))
            {
                await staging.SendAsync(new MergeStatements(stage).Copy, stage.Buffer, stop);
            }
        }
    }

    // A record is used wholly or not at all.
    private static void Stage(CsvRecords records, SourceRow row, List<EntityStage> stages, Action<long, string, string> reject)
    {
        var written = 0;
        try
        {
            foreach (var stage in stages)
            {
                written++;
                stage.Write(row, records.Line);
            }
        }
        catch (RowFaultException fault)
        {
            for (var i = 0; i < written; i++)
            {
                stages[i].Refuse();
            }

            reject(records.Line, fault.Message, records.Raw);
            return;
        }

        foreach (var stage in stages)
        {
            stage.Accept();
        }
    }

    private static CsvRecords Open(string path, SourceFile file, ImportMap map, ImportOptions options, Action<long, string, string> reject)
    {
        try
        {
            return new CsvRecords(file.Text, map.Format, options.Limits, reject);
        }
        catch (ImportFailedException fault) when (!fault.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new ImportFailedException($"{path}: {fault.Message}", fault) { InvalidInput = true };
        }
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
