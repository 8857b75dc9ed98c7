using System.Globalization;

namespace CampaignEngine.Reporting.Documents;

/// <summary>A colour of a PDF page, each part from 0 to 1.</summary>
internal readonly record struct Colour(double Red, double Green, double Blue)
{
    public string Fill => Operands + " rg";

    public string Stroke => Operands + " RG";

    private string Operands => string.Create(CultureInfo.InvariantCulture, $"{Red:0.###} {Green:0.###} {Blue:0.###}");

    public static Colour Of(int rgb) => new((rgb >> 16) / 255.0, ((rgb >> 8) & 255) / 255.0, (rgb & 255) / 255.0);

    /// <summary>On white paper: as it looks with this opacity.</summary>
    public Colour Lighter(double strength) => new(1 - ((1 - Red) * strength), 1 - ((1 - Green) * strength), 1 - ((1 - Blue) * strength));
}

/// <summary>What the classes of the page's style sheet look like on paper: the print colours of report.css.</summary>
internal sealed record PrintedStyle
{
    public static readonly Colour Ink = Colour.Of(0x000000);
    public static readonly Colour Quiet = Colour.Of(0x444444);
    public static readonly Colour Rule = Colour.Of(0xBBBBBB);

    public Colour Colour { get; private init; } = Ink;

    /// <summary>0 to 1: how opaque.</summary>
    public double Strength { get; private init; } = 1;

    public double Thick { get; private init; } = 1;

    public bool Dashed { get; private init; }

    public double Size { get; private init; } = Charts.Lettering.Size;

    public bool Bold { get; private init; }

    public static PrintedStyle Of(string classes) => classes.Split(' ').Aggregate(new PrintedStyle(), (style, name) => name switch
    {
        "s1" => style with { Colour = Colour.Of(0x0067A3) },
        "s2" => style with { Colour = Colour.Of(0xB54F08) },
        "s3" => style with { Colour = Colour.Of(0x66707A) },
        "paper" => style with { Colour = Colour.Of(0xFFFFFF) },
        "track" => style with { Colour = Colour.Of(0xEEEEEE) },
        "grid" => style with { Colour = Colour.Of(0xDDDDDD) },
        "zero" => style with { Colour = Quiet },
        "moment" => style with { Colour = Quiet, Dashed = true },
        "muted" => style with { Colour = Quiet },
        "tick" => style with { Colour = Quiet, Size = 12 },
        "value" or "name" => style with { Bold = true },
        "whisker" => style with { Thick = 2 },
        "line" => style with { Thick = 2.25 },
        "band" => style with { Strength = 0.16 },
        "faint" => style with { Strength = 0.3 },
        _ => style,
    });
}
