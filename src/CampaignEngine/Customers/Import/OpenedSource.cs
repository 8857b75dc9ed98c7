using CampaignEngine.Authoring;
using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Customers.Import;

/// <summary>One file of an import on its way to the staging tables.</summary>
internal sealed class OpenedSource : IDisposable
{
    private const int FullBuffer = 1 << 20;
    private const int RecordsBetweenReports = 2000;
    private readonly SourceFile _file;
    private readonly CsvRecords _records;
    private readonly SourceRow _row;

    private OpenedSource(string path, SourceMap map, SourceFile file, CsvRecords records, Action<long, string, string> reject)
    {
        (Path, Map, _file, _records, Reject) = (path, map, file, records, reject);
        _row = new SourceRow(records.Columns, map.Format);
    }

    public string Path { get; }

    public SourceMap Map { get; }

    /// <summary>Takes the line, reason and text of records that cannot be used.</summary>
    public Action<long, string, string> Reject { get; }

    public IReadOnlyList<EntityStage> Stages { get; private set; } = [];

    /// <summary>Bytes on disk.</summary>
    public long Length => _file.Length;

    /// <summary>Records read so far.</summary>
    public long Records => _records.Record;

    /// <exception cref="ImportFailedException">The file or its header cannot be read.</exception>
    public static OpenedSource Open(string path, SourceMap map, ImportLimits limits, Action<long, string, string> reject)
    {
        var file = SourceFile.Open(path, map.Format, limits);
        try
        {
            return new OpenedSource(path, map, file, new CsvRecords(file.Text, map.Format, limits, reject), reject);
        }
        catch (ImportFailedException fault) when (!fault.Message.StartsWith(path, StringComparison.Ordinal))
        {
            file.Dispose();
            throw new ImportFailedException($"{path}: {fault.Message}", fault) { InvalidInput = true };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Makes the stages; what of the map does not fit the file's columns is told to <paramref name="problems"/>.</summary>
    /// <param name="first">Number of the first stage.</param>
    public void Prepare(int first, IReadOnlyDictionary<string, TargetTable> tables, ProblemList problems) =>
        Stages = new StageBuilder(Map, first, _records.Columns, _row, tables, problems).Build();

    /// <summary>Reads the records into the staging tables.</summary>
    public async Task StageAsync(NpgsqlConnection connection, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        CopyPipe staging = new(connection);
        await staging.RunAsync(FillAsync, cancellationToken);

        async Task FillAsync(CancellationToken stop)
        {
            while (_records.Read())
            {
                _row.Move(_records.Cells, _records.Record);
                Stage();
                foreach (var stage in Stages)
                {
                    if (stage.Buffer.Length >= FullBuffer)
                    {
                        stage.Buffer = await staging.SendAsync(new MergeStatements(stage).Copy, stage.Buffer, stop);
                    }
                }

                if (_records.Record % RecordsBetweenReports == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    progress?.Invoke(_file.Position, _records.Record);
                }
            }

            foreach (var stage in Stages.Where(s => s.Buffer.Length > 0))
            {
                await staging.SendAsync(new MergeStatements(stage).Copy, stage.Buffer, stop);
            }
        }
    }

    // A record is used wholly or not at all.
    private void Stage()
    {
        var written = 0;
        try
        {
            foreach (var stage in Stages)
            {
                written++;
                stage.Write(_row, _records.Line);
            }
        }
        catch (RowFaultException fault)
        {
            for (var i = 0; i < written; i++)
            {
                Stages[i].Refuse();
            }

            Reject(_records.Line, fault.Message, _records.Raw);
            return;
        }

        foreach (var stage in Stages)
        {
            stage.Accept();
        }
    }

    public void Dispose()
    {
        _records.Dispose();
        _file.Dispose();
    }
}
