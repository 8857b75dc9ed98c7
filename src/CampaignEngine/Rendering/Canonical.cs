namespace CampaignEngine.Rendering;

/// <summary>Paths as the file system sees them: every step may be a symbolic link.</summary>
internal static class Canonical
{
    /// <summary>Whether the final target of every link on the way from a folder to a file below it lies in that folder again.</summary>
    public static bool StaysInside(string folder, string path)
    {
        var root = Real(new DirectoryInfo(folder));
        for (var step = path; step.Length > folder.Length; step = Path.GetDirectoryName(step)!)
        {
            FileSystemInfo info = Directory.Exists(step) ? new DirectoryInfo(step) : new FileInfo(step);
            if (info.LinkTarget is not null && !Real(info).StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    private static string Real(FileSystemInfo info) => Path.GetFullPath((info.ResolveLinkTarget(returnFinalTarget: true) ?? info).FullName);
}
