using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CampaignEngine.Reporting.Rows;

/// <summary>Which people or orders stand behind one figure of a report. The same question has the same id for ever.</summary>
public sealed record RowsQuery
{
    private const string Letters = "abcdefghijkmnpqrstuvwxyz23456789";
    private const int Length = 12;
    private static readonly string[] Weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    };

    public required string Campaign { get; init; }

    public required DateTimeOffset AsOf { get; init; }

    /// <summary>The key of the figure: contacted, responses, orders ...</summary>
    public required string Measure { get; init; }

    /// <summary>Of the people who were held out.</summary>
    public bool Control { get; init; }

    /// <summary>Null: of all cells.</summary>
    public string? Cell { get; init; }

    /// <summary>Null: of all drops.</summary>
    public string? Drop { get; init; }

    /// <summary>What the people are grouped by, as in <c>report --by</c>; null: by nothing.</summary>
    public string? By { get; init; }

    /// <summary>The group; empty for people without a value. Null without <see cref="By"/>.</summary>
    public string? Value { get; init; }

    /// <summary>Address of a link; null: no matter which.</summary>
    public string? Link { get; init; }

    /// <summary>Day (in the zone of engine.yaml) on which it happened first, as 2026-03-10; null: no matter when.</summary>
    public string? Day { get; init; }

    /// <summary>Of the plan's list: the reason that decided, or net; null: everybody. Only with the measure listed.</summary>
    public string? Reason { get; init; }

    /// <summary>Number of the condition that decided; null: no matter which.</summary>
    public int? Condition { get; init; }

    /// <summary>Weekday (0 is Monday) and hour, as "1 15": of the click, else of the first contact; null: no matter when.</summary>
    public string? Hour { get; init; }

    /// <summary>Twelve letters and digits that cannot be mistaken for each other, made from the question alone.</summary>
    [JsonIgnore]
    public string Id => string.Concat(SHA256.HashData(Encoding.UTF8.GetBytes(ToJson())).Take(Length).Select(b => Letters[b % Letters.Length]));

    public string ToJson() => JsonSerializer.Serialize(this with { AsOf = AsOf.ToUniversalTime() }, Json);

    /// <exception cref="InvalidDataException">The stored text is no question.</exception>
    public static RowsQuery FromJson(string json) => JsonSerializer.Deserialize<RowsQuery>(json, Json) ?? throw new InvalidDataException("a stored question is empty");

    /// <summary>The question in words: "responses of cell ten-percent, drop announce".</summary>
    public override string ToString()
    {
        var of = new List<string>();
        Add(Control ? "the control cell" : null);
        Add(Cell is null ? null : $"cell {Cell}");
        Add(Drop is null ? null : $"drop {Drop}");
        Add(By is null ? null : $"{By} {(Value is "" ? "(none)" : Value)}");
        Add(Link is null ? null : $"link {Link}");
        Add(Day is null ? null : $"day {Day}");
        Add(Reason is null ? null : $"reason {Reason}{(Condition is { } number ? $" {number}" : "")}");
        Add(Hour?.Split(' ') is [var weekday, var hour] ? $"{Weekdays[weekday[0] - '0']} {hour}:00" : null);
        return Measure.Replace('_', ' ') + (of.Count == 0 ? "" : $" of {string.Join(", ", of)}");

        void Add(string? text)
        {
            if (text is not null)
            {
                of.Add(text);
            }
        }
    }
}
