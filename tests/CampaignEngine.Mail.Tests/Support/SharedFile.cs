namespace CampaignEngine.Mail.Tests.Support;

/// <summary>Published data beside the checkout: the nearest folder <c>shared/data</c> upward.</summary>
internal static class SharedFile
{
    public static string Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", "data", path);
            if (File.Exists(file))
            {
                return file;
            }
        }

        Assert.Skip($"shared/data/{path} is not beside this checkout.");
        throw new InvalidOperationException("unreachable: the test was skipped");
    }
}
