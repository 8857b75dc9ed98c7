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
        var buffer = new char[1 << 16];
        long last = 0;
        while (records.Read(buffer, 0, buffer.Length) > 0)
        {
            if (records.Line != last && reasons.Remove(records.Line, out var reason))
            {
                rejected(records.Line, reason, records.Raw);
            }

            last = records.Line;
        }
    }
}
