using System.Text;

namespace CampaignEngine.Customers.Import;

/// <summary>How the file is written: the <c>file:</c> part of a map.</summary>
public sealed record SourceFormat
{
    /// <summary>Character between two fields. Default a comma.</summary>
    public char Separator { get; init; } = ',';

    /// <summary>Character around fields that hold separators or line breaks; null when the file knows none. Default ".</summary>
    public char? Quote { get; init; } = '"';

    /// <summary>utf-8, utf-16, utf-16be, windows-1252 or latin1; a byte order mark overrules it. Default utf-8.</summary>
    public string Encoding { get; init; } = "utf-8";

    /// <summary>IANA zone of times written without an offset. Default UTC.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>.NET custom formats of dates and times, tried in order.</summary>
    public IReadOnlyList<string> Dates { get; init; } = DefaultDates;

    /// <summary>Decimal separator: point or comma. Default a point.</summary>
    public char Decimal { get; init; } = '.';

    /// <summary>Character between groups of three digits; null when numbers have none.</summary>
    public char? Thousands { get; init; }

    /// <summary>Cells that hold one of these texts are empty.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Texts that mean true and false, compared without case.</summary>
    public IReadOnlyList<string> Yes { get; init; } = ["true", "t", "yes", "y", "1"];

    public IReadOnlyList<string> No { get; init; } = ["false", "f", "no", "n", "0"];

    /// <summary>Names of the columns of a file without a header line; empty when the first line names them.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Columns whose cells expressions see as numbers.</summary>
    public IReadOnlyList<string> Numbers { get; init; } = [];

    /// <summary>Blanks around cells are dropped. Default yes.</summary>
    public bool Trim { get; init; } = true;

    /// <summary>True: parts of the map that name a column the file lacks are left out. False (default): that is an error.</summary>
    public bool SkipMissingColumns { get; init; }

    public static readonly IReadOnlyList<string> DefaultDates =
    [
        "yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm",
        "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-ddTHH:mm:ss.FFFFFFF",
        "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:sszz",
    ];

    /// <summary>Names of encodings that a map may state.</summary>
    public static readonly IReadOnlyList<string> KnownEncodings = ["utf-8", "utf-16", "utf-16be", "windows-1252", "latin1"];

    /// <summary>What undecodable bytes become: a code point that no text may hold, so that their line is found and rejected.</summary>
    internal const char Undecodable = '\uFFFF';

    internal Encoding Decoding()
    {
        DecoderReplacementFallback marked = new(Undecodable.ToString());
        return Encoding switch
        {
            "utf-8" => System.Text.Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, marked),
            "utf-16" => System.Text.Encoding.GetEncoding("utf-16", EncoderFallback.ReplacementFallback, marked),
            "utf-16be" => System.Text.Encoding.GetEncoding("utf-16BE", EncoderFallback.ReplacementFallback, marked),
            "windows-1252" => CodePagesEncodingProvider.Instance.GetEncoding(1252, EncoderFallback.ReplacementFallback, marked)!,
            _ => System.Text.Encoding.Latin1,
        };
    }
}
