namespace CampaignEngine.Mail.Signing;

/// <summary>What stands in DNS for a key.</summary>
public enum DkimRecordState
{
    /// <summary>The record holds this key.</summary>
    Right,
    /// <summary>No record of that name, or none that is one of DKIM.</summary>
    Missing,
    /// <summary>More than one: verifiers may take any (RFC 6376 3.6.2.2).</summary>
    Several,
    /// <summary>The key was withdrawn: <c>p=</c> is empty.</summary>
    Revoked,
    /// <summary>Another key stands there: every signature with this one fails.</summary>
    OtherKey,
    /// <summary>Marked <c>t=y</c>: verifiers may treat mail as unsigned.</summary>
    Testing,
}

/// <summary>Compares a key with the TXT records found under its name.</summary>
public static class DkimRecord
{
    public static DkimRecordState Compare(DkimKey key, IReadOnlyList<string> records)
    {
        var found = records.Select(Tags).Where(tags => tags.ContainsKey("p") && tags.GetValueOrDefault("v", "DKIM1") == "DKIM1").ToList();
        if (found.Count != 1)
        {
            return found.Count == 0 ? DkimRecordState.Missing : DkimRecordState.Several;
        }

        var wanted = Tags(key.PublicRecord);
        return found[0]["p"] switch
        {
            "" => DkimRecordState.Revoked,
            var p when p != wanted["p"] || found[0].GetValueOrDefault("k", "rsa") != "rsa" => DkimRecordState.OtherKey,
            _ => found[0].GetValueOrDefault("t", "").Split(':').Contains("y") ? DkimRecordState.Testing : DkimRecordState.Right,
        };
    }

    /// <summary>RFC 6376 3.2: <c>tag=value</c>, separated by semicolons; white space in the values of a key record means nothing.</summary>
    private static Dictionary<string, string> Tags(string record)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in record.Split(';'))
        {
            if (part.IndexOf('=', StringComparison.Ordinal) is > 0 and var at)
            {
                tags.TryAdd(part[..at].Trim(), string.Concat(part[(at + 1)..].Where(c => !char.IsWhiteSpace(c))));
            }
        }

        return tags;
    }
}
