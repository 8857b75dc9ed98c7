using System.Diagnostics;
using System.Globalization;
using System.Text;
using CampaignEngine.Customers;
using CampaignEngine.Deduplication;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Stored;
using CampaignEngine.Testing;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Bounces;

namespace CampaignEngine.Benchmarks;

/// <summary>
/// Mails about mail, read and classified by one thread: from memory, and out of an mbox file. ARGUMENTS: a folder or archive of mails (default: the published set beside
/// the checkout), and MiB of the mbox (default 256).
/// </summary>
internal static class BounceBenchmark
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(string[] args)
    {
        var source = args.Length > 0 ? args[0] : SharedData.Require("bounces/emails.tar.gz");
        var mails = new List<byte[]>();
        await foreach (var mail in MailFiles.ReadAsync(source, CancellationToken.None))
        {
            mails.Add(mail.Data.ToArray());
        }

        var keys = new InstallationKeys(new byte[32]);
        var proof = new BounceProof(ItemTokens.Of(keys, [1]), new ReturnPaths(ItemTokens.Of(keys, [1]), "bounces.shop.test"), MessageIds.Of(keys, ""));
        var intake = new BounceIntake(BounceRules.BuiltIn, proof, new ContactPoints(new RecipientKeys(keys), AddressRules.Plain, null), TimeProvider.System);
        Measure(mails, intake, TimeSpan.FromSeconds(2));
        var (perSecond, bytes) = Measure(mails, intake, Round);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{mails.Count:N0} mails, {mails.Sum(m => (long)m.Length) / mails.Count:N0} bytes on average, one thread"));
        Console.WriteLine();
        Console.WriteLine("| what | mails a second of processor time | |");
        Console.WriteLine("|---|---:|---|");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| read, tied, classified, from memory | {perSecond:N0} | {bytes:N0} bytes of garbage a mail |"));
        await MboxAsync(mails, intake, args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 256);
    }

    private static (double PerSecond, long Bytes) Measure(List<byte[]> mails, BounceIntake intake, TimeSpan time)
    {
        var (count, watch, cpu, allocated) = (0, Stopwatch.StartNew(), Environment.CpuUsage.TotalTime, GC.GetAllocatedBytesForCurrentThread());
        while (watch.Elapsed < time)
        {
            foreach (var mail in mails)
            {
                intake.Read(mail, [], "", 0);
                count++;
            }
        }

        return (count / (Environment.CpuUsage.TotalTime - cpu).TotalSeconds, (GC.GetAllocatedBytesForCurrentThread() - allocated) / count);
    }

    private static async Task MboxAsync(List<byte[]> mails, BounceIntake intake, int mebibytes)
    {
        using var folder = new TempDirectory("bounces");
        var path = Path.Combine(folder.FullName, "mbox");
        await using (var file = new BufferedStream(File.Create(path), 1 << 20))
        {
            for (var i = 0; file.Position < mebibytes * 1024L * 1024L; i++)
            {
                file.Write(Encoding.ASCII.GetBytes("From MAILER-DAEMON Thu Apr 29 23:34:45 2027\n"));
                file.Write(mails[i % mails.Count]);
                file.Write("\n\n"u8);
            }
        }

        var files = new BounceFiles(intake, store: null);
        var (cpu, rows, most) = (Environment.CpuUsage.TotalTime, 0, 0L);
        await foreach (var _ in files.ReadAsync(path, CancellationToken.None))
        {
            most = ++rows % 5000 == 0 ? Math.Max(most, GC.GetTotalMemory(forceFullCollection: false)) : most;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| the same out of an mbox of {mebibytes:N0} MiB ({files.Mails:N0} mails) | {files.Mails / (Environment.CpuUsage.TotalTime - cpu).TotalSeconds:N0} | at most {most / 1024 / 1024:N0} MiB on the heap |"));
    }
}
