namespace CampaignEngine.Testing;

/// <summary>A folder of a test's own, removed at the end. Its path is short, since sockets must fit into 107 bytes.</summary>
public sealed class TempDirectory : IDisposable
{
    public TempDirectory(string name = "t")
    {
        FullName = Directory.CreateTempSubdirectory($"campaign-{name}-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            // Root's tests run the server as another user, who has to enter.
            File.SetUnixFileMode(FullName, File.GetUnixFileMode(FullName) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }
    }

    public string FullName { get; }

    /// <summary>The path of a file or folder inside.</summary>
    public string this[string relative] => Path.Combine(FullName, relative);

    /// <summary>Writes a text file inside and returns its path.</summary>
    public string Write(string relative, string text)
    {
        var path = this[relative];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        if (Directory.Exists(FullName))
        {
            Directory.Delete(FullName, recursive: true);
        }
    }
}
