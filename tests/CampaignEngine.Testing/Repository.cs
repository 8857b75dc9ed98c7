namespace CampaignEngine.Testing;

/// <summary>The checkout that the tests run from.</summary>
public static class Repository
{
    /// <summary>The folder of the solution file, searched upward from the test's program.</summary>
    public static string Root { get; } =
        Upward(AppContext.BaseDirectory).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "CampaignEngine.sln")))
        ?? throw new InvalidOperationException($"CampaignEngine.sln is in no folder above {AppContext.BaseDirectory}");

    /// <summary>A path inside the checkout.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    internal static IEnumerable<string> Upward(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            yield return folder.FullName;
        }
    }
}
