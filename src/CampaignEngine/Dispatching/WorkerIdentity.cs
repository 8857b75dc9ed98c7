using System.Diagnostics;
using System.Globalization;

namespace CampaignEngine.Dispatching;

/// <summary>
/// Names this process in the ledger: machine, boot, process id and its start, and a part that no other process has. A later process of the same
/// machine and boot can tell that a named one is gone and take its chunks over at once; where that cannot be told, the lease decides.
/// Fencing a process that still lives is safe, so a wrong guess costs only doubts that its late outcomes resolve. Where more than doubts hang on
/// it, the lock of its flight recorder has to be free too (<see cref="Recording.FlightLock"/>).
/// </summary>
public static class WorkerIdentity
{
    /// <param name="unique">Hex digits no other worker has.</param>
    public static string Of(string unique) => $"{Place()}/{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}/{StartOf(Environment.ProcessId)}/{unique}";

    /// <summary>True only when the owner ran on this machine since its last start and its process is gone.</summary>
    public static bool IsKnownGone(string owner)
    {
        var parts = owner.Split('/');
        return OperatingSystem.IsLinux() && parts.Length == 4 && parts[0] == Place()
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var process) && StartOf(process) != parts[2];
    }

    /// <summary>True when the owner ran on this machine since its last start.</summary>
    public static bool IsOfThisBoot(string owner) => owner.Split('/')[0] == Place();

    // A process id means something only inside its boot and its process-id namespace (containers of one machine share the rest).
    private static string Place()
    {
        const string BootId = "/proc/sys/kernel/random/boot_id";
        const string Namespace = "/proc/self/ns/pid";
        if (!OperatingSystem.IsLinux() || !File.Exists(BootId))
        {
            return Environment.MachineName;
        }

        var boot = File.ReadAllText(BootId).AsSpan(0, 8);
        var space = File.ResolveLinkTarget(Namespace, returnFinalTarget: false)?.Name ?? "";
        return $"{Environment.MachineName}-{boot}-{string.Concat(space.Where(char.IsAsciiDigit))}";
    }

    // Field 22 of /proc/PID/stat: clock ticks from boot to start. Process ids come again, with another start.
    private static string StartOf(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? "" : fields[19];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
