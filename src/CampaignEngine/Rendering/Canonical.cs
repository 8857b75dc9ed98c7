using System.IO.Enumeration;

namespace CampaignEngine.Rendering;

/// <summary>Paths as the file system sees them: every step may be a symbolic link.</summary>
internal static class Canonical
{
    /// <summary>Links on the way to one file at most, as in the operating system; more are a circle.</summary>
    private const int MostLinks = 40;

    /// <summary>Whether a path, with every link on the way followed, lies in that folder, itself followed likewise.</summary>
    public static bool StaysInside(string folder, string path) =>
        Real(Path.GetFullPath(folder)) is { } root && Real(Path.GetFullPath(path)) is { } real && real.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>
    /// Files below a folder whose names fit, relative to it and parted by <c>/</c>. Linked folders are not walked through: they may lead out or in a circle.
    /// </summary>
    public static IEnumerable<string> Files(string folder, string pattern) => !Directory.Exists(folder) ? [] :
        new FileSystemEnumerable<string>(folder, (ref FileSystemEntry entry) => Path.GetRelativePath(folder, entry.ToFullPath()).Replace('\\', '/'), new EnumerationOptions { RecurseSubdirectories = true })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory && FileSystemName.MatchesSimpleExpression(pattern, entry.FileName),
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };

    /// <summary>The path without links; null for a circle of them.</summary>
    private static string? Real(string path)
    {
        var links = 0;
        var real = Path.GetPathRoot(path)!;
        var steps = new Stack<string>();
        Push(steps, path[real.Length..]);
        while (steps.TryPop(out var step))
        {
            if (step == "..")
            {
                // What is there already holds no link, so its folder is the one above.
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            var next = Path.Combine(real, step);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MostLinks)
            {
                return null;
            }

            var root = Path.GetPathRoot(target) ?? string.Empty;
            real = root.Length > 0 ? root : real;
            Push(steps, target[root.Length..]);
        }

        return real;
    }

    private static void Push(Stack<string> steps, string path)
    {
        foreach (var step in path.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).Where(s => s is not ("" or ".")).Reverse())
        {
            steps.Push(step);
        }
    }
}
