using System.Text;

namespace CampaignEngine.Reporting.Documents;

/// <summary>Finds fonts in the system's folders: the well-known ones first, then whatever has the characters.</summary>
internal sealed class FontFinder
{
    /// <summary>What every report needs.</summary>
    private const string Needed = "ABCXYZabcxyz0123456789.,:;()+-−–%·…";

    // A system with thousands of fonts has a usable one among the first.
    private const int MostTried = 400;

    private static readonly string[] Latin =
        ["dejavusans.ttf", "liberationsans-regular.ttf", "notosans-regular.ttf", "segoeui.ttf", "arial.ttf", "arial unicode.ttf", "opensans-regular.ttf", "roboto-regular.ttf", "verdana.ttf", "freesans.ttf"];

    private static readonly string[] Chinese =
        ["notosanscjk-regular.ttc", "notosanstc-regular.otf", "sourcehansans-regular.ttc", "wqy-zenhei.ttc", "wqy-microhei.ttc", "droidsansfallback.ttf", "droidsansfallbackfull.ttf", "msjh.ttc", "msyh.ttc", "simhei.ttf", "arial unicode.ttf", "pingfang.ttc", "stheiti light.ttc"];

    private readonly Lazy<List<string>> _files;

    /// <param name="folders">Looked through with all that lies below them.</param>
    public FontFinder(IEnumerable<string> folders) => _files = new(() => [.. folders.Where(Directory.Exists).SelectMany(Files)]);

    /// <summary>The folders in which Linux, macOS and Windows keep fonts.</summary>
    public static IEnumerable<string> SystemFolders
    {
        get
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            return OperatingSystem.IsWindows()
                ? [Environment.GetFolderPath(Environment.SpecialFolder.Fonts), Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "Microsoft", "Windows", "Fonts")]
                : OperatingSystem.IsMacOS() ? ["/System/Library/Fonts", "/Library/Fonts", Path.Combine(home, "Library", "Fonts")]
                : ["/usr/share/fonts", "/usr/local/share/fonts", Path.Combine(home, ".fonts"), Path.Combine(home, ".local", "share", "fonts")];
        }
    }

    /// <summary>A font for the report's own words; null: there is none.</summary>
    public FontFile? ForText() => Find(Latin, Needed.EnumerateRunes());

    /// <summary>A font that has these characters; null: none has all of them.</summary>
    public FontFile? For(IEnumerable<Rune> characters) => Find(Chinese, characters);

    private FontFile? Find(string[] known, IEnumerable<Rune> characters)
    {
        List<Rune> all = [.. characters];
        var tried = _files.Value
            .Select(file => (File: file, Place: Array.IndexOf(known, Path.GetFileName(file).ToLowerInvariant())))
            .OrderBy(f => f.Place < 0 ? int.MaxValue : f.Place)
            .ThenByDescending(f => Path.GetFileName(f.File).Contains("regular", StringComparison.OrdinalIgnoreCase))
            .ThenBy(f => f.File, StringComparer.Ordinal)
            .Take(MostTried);
        foreach (var (file, _) in tried)
        {
            if (FontFile.Open(file) is { } font && all.TrueForAll(c => font.Glyph(c) != 0))
            {
                return font;
            }
        }

        return null;
    }

    private static IEnumerable<string> Files(string folder) => Directory
        .EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
        .Where(f => Path.GetExtension(f).ToLowerInvariant() is ".ttf" or ".otf" or ".ttc");
}
