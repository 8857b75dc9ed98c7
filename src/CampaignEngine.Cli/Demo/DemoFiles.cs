using System.Reflection;
using CampaignEngine.Cli.Commands.Authoring;

namespace CampaignEngine.Cli.Demo;

/// <summary>The files of the demonstration's workspace: those of 'campaign init' with SMS in force, and the follow-up campaign.</summary>
internal static class DemoFiles
{
    /// <summary>Name of the campaign that follows the e-mail by SMS.</summary>
    public const string FollowUp = "last-call";

    public static IEnumerable<(string File, string Text)> All()
    {
        foreach (var (file, text) in InitCommand.Files())
        {
            yield return (file, file == "engine.yaml" ? WithSms(text) : text);
        }

        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"Demo/{FollowUp}.yaml")!);
        yield return ($"campaigns/{FollowUp}.yaml", reader.ReadToEnd());
    }

    // engine.yaml shows how an SMS route looks as a comment, and what belongs to it; here it is no comment any more.
    private static string WithSms(string engine)
    {
        var lines = engine.Split('\n');
        var inRoute = false;
        for (var i = 0; i < lines.Length; i++)
        {
            inRoute = lines[i] == "  # texts:" || (inRoute && lines[i].StartsWith("  #   ", StringComparison.Ordinal));
            if (inRoute || lines[i].StartsWith("    # sms:", StringComparison.Ordinal))
            {
                lines[i] = lines[i].Remove(lines[i].IndexOf('#', StringComparison.Ordinal), 2);
            }
        }

        return string.Join('\n', lines);
    }
}
