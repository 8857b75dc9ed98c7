namespace CampaignEngine.Tests.Support;

/// <summary>The checked-out repository, which is a workspace itself.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CampaignEngine.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("CampaignEngine.sln is in no folder above the tests");
    }
}
