using System.Collections;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;

namespace CampaignEngine;

/// <summary>A workspace folder as read: settings and customer model. Campaigns and templates are read when they are asked for.</summary>
public sealed record Workspace(string Directory, EngineSettings Settings, CustomerModel Model)
{
    private const int LargestFile = 16 * 1024 * 1024;

    /// <summary>Reads engine.yaml (with the environment's overrides) and model.yaml. Null when either has an error.</summary>
    public static Workspace? Load(string directory, IDictionary? environment, ProblemList problems)
    {
        EngineSettings? settings = Read(directory, "engine.yaml", problems) is { } engine
            ? EngineLoader.Load("engine.yaml", engine, environment, problems) : null;
        CustomerModel? model = Read(directory, "model.yaml", problems) is { } bytes ? ModelLoader.Load("model.yaml", bytes, problems) : null;
        return settings is null || model is null ? null : new Workspace(directory, settings, WithConsentPolicy(model, settings));
    }

    /// <summary>Campaign files of the workspace, in name order, relative to it.</summary>
    public IReadOnlyList<string> CampaignFiles()
    {
        string folder = Path.Combine(Directory, "campaigns");
        return !System.IO.Directory.Exists(folder) ? [] :
            [.. System.IO.Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(Directory, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];
    }

    /// <summary>One campaign file, checked against model and settings. Null when it has errors.</summary>
    /// <param name="file">Relative to the workspace or absolute.</param>
    public CampaignDefinition? LoadCampaign(string file, ProblemList problems)
    {
        string shown = Path.IsPathRooted(file) ? Path.GetRelativePath(Directory, file) : file;
        if (Read(Directory, file, problems, shown) is not { } bytes || CampaignLoader.Load(shown, bytes, problems) is not { } campaign)
            return null;
        if (campaign.Purpose == MessagePurpose.Marketing && campaign.Audience.Caps.Count == 0 && Settings.Caps.Count > 0)
            campaign = campaign with { Audience = campaign.Audience with { Caps = Settings.Caps } };
        var own = new ProblemList();
        CampaignCheck.Run(campaign, Model, Settings, own);
        problems.AddRange(own.Items);
        return own.HasErrors ? null : campaign;
    }

    /// <summary>The campaign of that name, or in that file. Null with a problem when there is none, or when its file has errors.</summary>
    public CampaignDefinition? FindCampaign(string nameOrFile, ProblemList problems)
    {
        if (nameOrFile.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || nameOrFile.EndsWith(".yml", StringComparison.OrdinalIgnoreCase))
            return LoadCampaign(Path.GetFullPath(nameOrFile, Environment.CurrentDirectory), problems);

        var found = new List<(string File, string Name)>();
        foreach (string file in CampaignFiles())
        {
            if (Read(Directory, file, problems) is { } bytes && YamlReader.Read(file, bytes, new ProblemList())?.Text("campaign") is { } name)
                found.Add((file, name));
        }
        List<string> files = [.. found.Where(f => f.Name == nameOrFile).Select(f => f.File)];
        if (files.Count == 1)
            return LoadCampaign(files[0], problems);
        var place = new Place("campaigns", 1, 1);
        if (files.Count > 1)
            problems.Error(place with { File = files[1] }, "CE1250", $"campaign '{nameOrFile}' is also the name in {files[0]}; every campaign needs a name of its own");
        else
            problems.Error(place, "CE1251", $"there is no campaign '{Shown.Text(nameOrFile)}'{Suggestion.For(nameOrFile, found.Select(f => f.Name))}");
        return null;
    }

    private static byte[]? Read(string directory, string file, ProblemList problems, string? shown = null)
    {
        var info = new FileInfo(Path.Combine(directory, file));
        var place = new Place(shown ?? file, 1, 1);
        if (!info.Exists)
        {
            problems.Error(place, "CE1001", $"there is no file {shown ?? file} in {directory}");
            return null;
        }
        if (info.Length > LargestFile)
        {
            problems.Error(place, "CE1002", $"the file has {info.Length:N0} bytes; authored files have at most {YamlLimits.Default.Bytes:N0}");
            return null;
        }
        return File.ReadAllBytes(info.FullName);
    }

    // engine.yaml may be stricter or looser than model.yaml about a channel.
    private static CustomerModel WithConsentPolicy(CustomerModel model, EngineSettings settings)
    {
        if (settings.OptIn.Count == 0)
            return model;
        Entity people = model.People with
        {
            Contacts = model.People.Contacts.ToDictionary(
                c => c.Key, c => settings.OptIn.TryGetValue(c.Key, out bool optIn) ? c.Value with { OptIn = optIn } : c.Value),
        };
        var entities = new Dictionary<string, Entity>(model.Entities) { [people.Name] = people };
        return model with { People = people, Entities = entities };
    }
}
