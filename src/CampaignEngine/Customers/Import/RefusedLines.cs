namespace CampaignEngine.Customers.Import;

/// <summary>Rows that only the database could judge: their lines are fetched from the file again, because keeping every line would not be bounded.</summary>
internal static class RefusedLines
{
    public static void Report(
        string path, SourceFormat format, ImportLimits limits, List<(long Line, string Reason)> refused, Action<long, string, string> rejected)
    {
        if (refused.Count == 0)
        {
            return;
        }

        var reasons = refused.GroupBy(r => r.Line).ToDictionary(g => g.Key, g => g.First().Reason);
        using var file = SourceFile.Open(path, format, limits);
        using RecordReader records = new(file.Text, format, limits, (_, _, _) => { });
        records.ForEach((line, raw) =>
        {
            if (reasons.Remove(line, out var reason))
            {
                rejected(line, reason, raw);
            }
        });
    }
}
