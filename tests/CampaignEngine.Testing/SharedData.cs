using Xunit;

namespace CampaignEngine.Testing;

/// <summary>Published data sets that lie beside the checkout, in <c>shared/data</c> of any folder above it. They are not part of the repository.</summary>
public static class SharedData
{
    private static readonly string? Folder = Repository.Upward(Repository.Root)
        .Select(folder => Path.Combine(folder, "shared", "data"))
        .FirstOrDefault(Directory.Exists);

    /// <summary>The path of a file such as <c>uci-online-retail/online_retail.csv.gz</c>; skips the test where it is absent.</summary>
    public static string Require(string relative)
    {
        var path = Folder is null ? null : Path.Combine(Folder, relative);
        if (path is null || !File.Exists(path))
        {
            Assert.Skip($"shared data file '{relative}' is absent: no folder above {Repository.Root} has shared/data/{relative}");
        }

        return path;
    }
}
