using CampaignEngine.Mail.Resolving;
using CampaignEngine.Mail.Signing;

namespace CampaignEngine.Diagnosing;

/// <summary>A key of a sender and what belongs into DNS for it.</summary>
/// <param name="Sender">Name in engine.yaml.</param>
/// <param name="Use">"active" signs; "next" is published before it signs.</param>
/// <param name="Name">Name of the TXT record.</param>
/// <param name="Record">Its text; DNS tools that take at most 255 characters a string want it cut into several, which belong together without a space.</param>
/// <param name="Dns">What stands there now, in words; empty when nobody looked.</param>
/// <param name="State">How much that matters.</param>
public sealed record DkimRecordRow(string Sender, string Use, string Name, string Record, string Dns, FindingState State);

/// <summary>The DKIM records of all senders, and whether they stand in DNS.</summary>
public sealed class DkimRecords(EngineSettings settings, string workspaceDirectory)
{
    public const string Active = "active";
    public const string Next = "next";

    /// <param name="lookup">Null: nobody looks.</param>
    /// <exception cref="InvalidDataException">A key file cannot be used; the message says which and what to do.</exception>
    public async Task<IReadOnlyList<DkimRecordRow>> ReadAsync(DnsLookup? lookup, CancellationToken cancellationToken)
    {
        var rows = new List<DkimRecordRow>();
        foreach (var (sender, use, dkim) in Keys())
        {
            rows.Add(await ReadAsync(sender, use, dkim.Load(workspaceDirectory), lookup, cancellationToken));
        }

        return rows;
    }

    /// <summary>The same for <c>campaign doctor</c>: a key that cannot be used is a finding.</summary>
    public async Task<IReadOnlyList<Finding>> LookAsync(DnsLookup lookup, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var (sender, use, dkim) in Keys())
        {
            var check = $"dkim {sender} ({use})";
            try
            {
                var row = await ReadAsync(sender, use, dkim.Load(workspaceDirectory), lookup, cancellationToken);
                findings.Add(row.State == FindingState.Ok
                    ? Finding.Ok(check, row.Dns)
                    : new Finding(check, row.State, row.Dns, $"publish the record that 'campaign dkim' prints for {row.Name}"));
            }
            catch (InvalidDataException fault)
            {
                findings.Add(Finding.Fault(check, fault.Message, "mend the key file, or take 'dkim' out of the sender so that the relay signs"));
            }

            if (IsReadableByOthers(dkim))
            {
                findings.Add(Finding.Warning(check, $"others on this machine can read {dkim.KeyFile}", $"chmod 600 {dkim.KeyFile}"));
            }
        }

        return findings;
    }

    private static async Task<DkimRecordRow> ReadAsync(string sender, string use, DkimKey key, DnsLookup? lookup, CancellationToken cancellationToken)
    {
        var row = new DkimRecordRow(sender, use, key.RecordName, key.PublicRecord, "", FindingState.Ok);
        if (lookup is null)
        {
            return row;
        }

        var answer = await lookup.FindAsync(key.RecordName, cancellationToken);
        if (answer.State == DnsState.NoAnswer)
        {
            return row with { Dns = $"DNS cannot be asked: {answer.Fault}", State = FindingState.Warning };
        }

        var (words, matters) = DkimRecord.Compare(key, answer.Records) switch
        {
            DkimRecordState.Right => ($"{key.RecordName} holds this key ({key.Bits} bits)", FindingState.Ok),
            DkimRecordState.Missing => ($"{key.RecordName} has no DKIM record", FindingState.Fault),
            DkimRecordState.Several => ($"{key.RecordName} has several DKIM records; verifiers take any of them", FindingState.Fault),
            DkimRecordState.Revoked => ($"{key.RecordName} withdraws the key (p= is empty)", FindingState.Fault),
            DkimRecordState.OtherKey => ($"{key.RecordName} holds another key", FindingState.Fault),
            _ => ($"{key.RecordName} is marked as a test (t=y): mail may count as unsigned", FindingState.Warning),
        };

        // Nothing is signed with the next key yet.
        return row with { Dns = words, State = use == Next && matters == FindingState.Fault ? FindingState.Warning : matters };
    }

    private IEnumerable<(string Sender, string Use, DkimSettings Dkim)> Keys() =>
        settings.Senders.Where(s => s.Dkim is not null).SelectMany(s => s.Dkim!.Next is { } next
            ? new[] { (s.Name, Active, s.Dkim), (s.Name, Next, next) }
            : [(s.Name, Active, s.Dkim)]);

    private bool IsReadableByOthers(DkimSettings dkim)
    {
        var path = Path.GetFullPath(dkim.KeyFile, workspaceDirectory);
        return !OperatingSystem.IsWindows() && File.Exists(path)
            && (File.GetUnixFileMode(path) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0;
    }
}
