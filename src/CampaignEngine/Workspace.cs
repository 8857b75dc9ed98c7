using System.Collections;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;

namespace CampaignEngine;

/// <summary>A folder with engine.yaml, model.yaml, campaigns/ and templates/, read and checked. A part is null when its file has errors.</summary>
public sealed record Workspace
{
    /// <summary>Canonical path of the folder.</summary>
    public required string Directory { get; init; }

    public required EngineSettings? Settings { get; init; }

    public required CustomerModel? Model { get; init; }

    /// <summary>The campaigns without errors of their own, by file name.</summary>
    public required IReadOnlyList<CampaignDefinition> Campaigns { get; init; }

    /// <summary>Everything found in all files, in one pass.</summary>
    public required ProblemList Problems { get; init; }

    /// <summary>Names of campaign files relative to the workspace, sorted.</summary>
    public required IReadOnlyList<string> CampaignFiles { get; init; }

    /// <param name="directory">The folder.</param>
    /// <param name="environment">Environment variables that override engine.yaml; null reads the file alone.</param>
    /// <param name="campaignFiles">Files to read, relative to the workspace or absolute; null reads all of campaigns/.</param>
    public static Workspace Load(string directory, IDictionary? environment, IEnumerable<string>? campaignFiles = null)
    {
        directory = Path.GetFullPath(directory);
        var problems = new ProblemList();
        var settings = ReadFile(directory, "engine.yaml", problems, missing: [.. "# every key has a default"u8]) is { } engine
            ? EngineLoader.Load("engine.yaml", engine, environment, problems) : null;
        var model = ReadFile(directory, "model.yaml", problems) is { } text ? ModelLoader.Load("model.yaml", text, problems) : null;
        if (model is not null && settings is not null)
        {
            model = WithPolicies(model, settings);
        }

        var files = campaignFiles is null ? Files(directory) : [.. campaignFiles.Select(f => NameOf(directory, Path.GetFullPath(f, directory)))];
        var campaigns = new List<CampaignDefinition>();
        foreach (var file in files)
        {
            if (ReadFile(directory, file, problems) is { } bytes && CampaignLoader.Load(file, bytes, problems) is { } campaign)
            {
                campaigns.Add(campaign);
            }
        }

        CheckSet(campaigns, problems);
        if (model is not null && settings is not null)
        {
            campaigns.ForEach(c => CampaignCheck.Run(c, model, settings, problems));
        }

        return new Workspace { Directory = directory, Settings = settings, Model = model, Campaigns = campaigns, Problems = problems, CampaignFiles = files };
    }

    /// <summary>Campaign files of a workspace relative to it, sorted; names that start with a dot or an underscore are left out.</summary>
    public static IReadOnlyList<string> Files(string directory)
    {
        var folder = Path.Combine(directory, "campaigns");
        return !System.IO.Directory.Exists(folder) ? [] :
            [.. System.IO.Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(f => Path.GetExtension(f) is ".yaml" or ".yml" && Path.GetFileName(f)[0] is not ('.' or '_'))
                .Select(f => Path.GetRelativePath(directory, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];
    }

    // Outside the workspace the whole path says more than a row of dots.
    private static string NameOf(string directory, string path) =>
        Path.GetRelativePath(directory, path) is var relative && relative.StartsWith("..", StringComparison.Ordinal) ? path : relative.Replace('\\', '/');

    private static void CheckSet(List<CampaignDefinition> campaigns, ProblemList problems)
    {
        var first = new Dictionary<string, CampaignDefinition>(StringComparer.Ordinal);
        foreach (var campaign in campaigns)
        {
            if (!first.TryAdd(campaign.Name, campaign))
            {
                problems.Error(campaign.Place, "CE1240", $"the campaign name '{campaign.Name}' is taken by {first[campaign.Name].File}; histories are kept by name, so give this one another");
            }
        }
    }

    private static CustomerModel WithPolicies(CustomerModel model, EngineSettings settings)
    {
        if (settings.OptIn.Count == 0)
        {
            return model;
        }

        var contacts = model.People.Contacts.ToDictionary(c => c.Key,
            c => settings.OptIn.TryGetValue(c.Key, out var optIn) ? c.Value with { OptIn = optIn } : c.Value, StringComparer.Ordinal);
        var people = model.People with { Contacts = contacts };
        var entities = model.Entities.ToDictionary(e => e.Key, e => e.Key == people.Name ? people : e.Value, StringComparer.Ordinal);
        return model with { People = people, Entities = entities };
    }

    // One byte more than the limit is enough to report the size, whatever the file holds.
    private static byte[]? ReadFile(string directory, string file, ProblemList problems, byte[]? missing = null)
    {
        var path = Path.Combine(directory, file);
        if (!System.IO.File.Exists(path) && missing is not null)
        {
            return missing;
        }

        try
        {
            using var stream = System.IO.File.OpenRead(path);
            var length = Math.Min(stream.Length, YamlLimits.Default.Bytes + 1);
            var bytes = new byte[length];
            return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            problems.Error(new Place(file, 1, 1), "CE1017", fault is FileNotFoundException or DirectoryNotFoundException
                ? "the file does not exist" : $"the file cannot be read: {fault.Message}");
            return null;
        }
    }
}
