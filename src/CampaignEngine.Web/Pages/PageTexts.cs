using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace CampaignEngine.Web.Pages;

/// <summary>What the recipients' pages say in one language; all languages are in texts.json. {0} is the channel's word, {1} the masked address.</summary>
internal sealed record PageTexts
{
    private const string English = "en";
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private static readonly Dictionary<string, PageTexts> All = Load();

    /// <summary>BCP 47 tag, as the page's lang attribute has it.</summary>
    public string Language { get; init; } = English;

    public required IReadOnlyDictionary<string, string> Channels { get; init; }

    public required string AskTitle { get; init; }

    public required string Ask { get; init; }

    public required string Button { get; init; }

    public required string DoneTitle { get; init; }

    public required string Done { get; init; }

    public required string PreferencesTitle { get; init; }

    public required string SavedTitle { get; init; }

    public required string Save { get; init; }

    /// <summary>Messages of a channel for the purpose of marketing.</summary>
    public required string Offers { get; init; }

    public required string ConfirmTitle { get; init; }

    public required string Confirm { get; init; }

    public required string ConfirmButton { get; init; }

    public required string ConfirmedTitle { get; init; }

    public required string Confirmed { get; init; }

    public required string MissingTitle { get; init; }

    public required string Missing { get; init; }

    public required string BusyTitle { get; init; }

    public required string Busy { get; init; }

    /// <summary>The recipient's own language, else the browser's best, else English.</summary>
    /// <param name="recipient">As the customer database has it: a tag such as de, de-AT or zh_TW; null when it is not known.</param>
    public static PageTexts For(HttpContext context, string? recipient = null)
    {
        var wished = context.Request.GetTypedHeaders().AcceptLanguage
            .Where(l => l.Quality is not 0).OrderByDescending(l => l.Quality ?? 1).Select(l => l.Value.Value);
        return wished.Prepend(recipient).Select(Find).FirstOrDefault(texts => texts is not null) ?? All[English];
    }

    public string Word(string channel) => Channels.GetValueOrDefault(channel) ?? Channels["other"];

    public static string Fill(string text, params string[] values) => string.Format(CultureInfo.InvariantCulture, text, values);

    private static PageTexts? Find(string? tag)
    {
        var parts = (tag ?? "").Trim().Replace('_', '-').ToLowerInvariant().Split('-');
        var name = parts[0] != "zh" ? parts[0]
            : parts.Contains("hans") || (!parts.Contains("hant") && (parts.Contains("cn") || parts.Contains("sg"))) ? "zh-Hans" : "zh-Hant";
        return All.GetValueOrDefault(name);
    }

    private static Dictionary<string, PageTexts> Load()
    {
        using var stream = typeof(PageTexts).Assembly.GetManifestResourceStream("Pages/texts.json")!;
        var all = JsonSerializer.Deserialize<Dictionary<string, PageTexts>>(stream, Names)!;
        return all.ToDictionary(pair => pair.Key, pair => pair.Value with { Language = pair.Key }, StringComparer.Ordinal);
    }
}
