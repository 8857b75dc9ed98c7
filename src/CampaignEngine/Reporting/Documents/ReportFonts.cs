using CampaignEngine.Authoring;

namespace CampaignEngine.Reporting.Documents;

/// <summary>The fonts of PDF reports: the one engine.yaml names, else one of the system's folders.</summary>
/// <param name="directory">The workspace, which the setting's path is relative to.</param>
/// <param name="setting">reports.font; null: not set.</param>
/// <param name="folders">Where fonts are looked for; null: the system's.</param>
public sealed class ReportFonts(string directory, string? setting, IReadOnlyList<string>? folders = null)
{
    private readonly IReadOnlyList<string> _folders = folders ?? [.. FontFinder.SystemFolders];

    internal FontFinder Finder => new(_folders);

    /// <summary>The font of the report's words; null: the problems say why there is none and what to do.</summary>
    internal FontFile? Text(ProblemList problems)
    {
        if (setting is not null)
        {
            var named = FontFile.Open(Path.Combine(directory, setting));
            if (named is null)
            {
                problems.Error(new Place("engine.yaml", 1, 1), "CE5108", $"reports.font: '{Shown.Text(setting)}' is not there, is no TrueType or OpenType font, or may not be embedded; name another file, or remove the line to have one found");
            }

            return named;
        }

        var found = Finder.ForText();
        if (found is null)
        {
            problems.Error(new Place("engine.yaml", 1, 1), "CE5108", $"no font for a PDF was found below {string.Join(", ", _folders)}; install one (on Debian: fonts-dejavu-core), or write 'reports: {{ font: FILE }}' with a TrueType or OpenType file");
        }

        return found;
    }
}

/// <param name="Missing">Characters that no font of this machine has; a box stands for each.</param>
public sealed record WrittenDocument(byte[] Pdf, string Missing);
