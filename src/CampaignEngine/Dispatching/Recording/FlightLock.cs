using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CampaignEngine.Dispatching.Recording;

/// <summary>
/// The kernel's lock on an open file (flock). It belongs to the open file and to its mappings, so it is free only when every thread of the
/// process that held it has ended: a stopped process keeps it, a killed one loses it when it can run no more. (A lock of the runtime, as the private
/// database uses, goes with its stream and leaves the mapping without one.)
/// </summary>
internal static class FlightLock
{
    private const int ExclusiveNow = 2 | 4;

    /// <summary>False when somebody else has it, or the file system knows no locks. The runtime's own file sharing can be switched off; this cannot.</summary>
    public static bool TryTake(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        var taken = Flock(file, ExclusiveNow) == 0;
        const int WouldBlock = 11;
        const int NotSupported = 95;
        const int NoLocks = 37;
        const int NotImplemented = 38;
        return taken || Marshal.GetLastPInvokeError() is WouldBlock or NotSupported or NoLocks or NotImplemented
            ? taken
            : throw new IOException($"the file cannot be locked: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
    }

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flock(SafeFileHandle file, int operation);
}
