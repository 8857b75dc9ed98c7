using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using CampaignEngine.Authoring;
using CampaignEngine.Rendering.Images;
using CampaignEngine.Rendering.Markup;

namespace CampaignEngine.Rendering;

/// <summary>
/// Everything a drop's messages are made from besides the people: a plan takes it from the workspace's files, the mailing keeps it
/// (engine.mailing.definition), and messages are rendered from it alone, so that a later edit of a file changes nothing that was approved.
/// </summary>
public sealed record MailingContent
{
    public required string Campaign { get; init; }
    public string? Title { get; init; }
    public string? Brand { get; init; }

    /// <summary>False for service messages: no consent asked, no unsubscribe link.</summary>
    public required bool Marketing { get; init; }

    public required string Drop { get; init; }

    /// <summary>"email", "sms", "print" or "call".</summary>
    public required string Channel { get; init; }

    /// <summary>Name of the sender in engine.yaml.</summary>
    public required string Sender { get; init; }

    /// <summary>SMS: typographic signs are made plain where that makes a text a GSM text.</summary>
    public bool LookAlikes { get; init; }

    /// <summary>Our postal address for the foot of messages; null when engine.yaml has none.</summary>
    public string? PostalAddress { get; init; }

    /// <summary>BCP 47: of people whose language is not known.</summary>
    public string Language { get; init; } = "en";

    /// <summary>ISO 4217: of amounts for which a template names no currency.</summary>
    public string Currency { get; init; } = "USD";

    /// <summary>Name of the entity the people come from.</summary>
    public required string People { get; init; }

    /// <summary>Subject as a template; null on channels without one.</summary>
    public string? Subject { get; init; }

    /// <summary>What an inbox shows beside the subject, as a template; null for none.</summary>
    public string? Preheader { get; init; }

    /// <summary>"email/spring-tea": for messages about the templates.</summary>
    public required string TemplateName { get; init; }

    public string? Html { get; init; }
    public string? Text { get; init; }

    /// <summary>Included partials by the name they are included with.</summary>
    public IReadOnlyDictionary<string, string> Partials { get; init; } = new Dictionary<string, string>();

    /// <summary>Pictures that travel with the message, for <c>src="cid:NAME"</c>.</summary>
    public IReadOnlyList<MessageImage> Images { get; init; } = [];

    /// <summary>Where texts come from that no file holds as they stand here, by the name of the partial; only while files are checked.</summary>
    [JsonIgnore]
    internal IReadOnlyDictionary<string, TemplateOrigin> Origins { get; init; } = new Dictionary<string, TemplateOrigin>();

    /// <summary>File of the HTML part, relative to the workspace.</summary>
    internal string HtmlPath => Origins.TryGetValue("", out var origin) ? origin.File : $"templates/{TemplateName}.sbn-html";

    /// <summary>Where a place of a part or partial stands in the workspace's files.</summary>
    internal Place PlaceOf(string path, int line, int column) => Origins.TryGetValue(path == HtmlPath ? "" : path, out var origin) ? origin.PlaceOf(line, column)
        : new(Partials.ContainsKey(path) ? $"templates/partials/{path}" : path, line, column);

    /// <summary>Variables of each test cell.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> CellVars { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>Cell whose messages the remainder of a test gets; null: not decided.</summary>
    public string? Winner { get; init; }

    /// <summary>Tracked links: link_no is the place in this list, counted from 1.</summary>
    public IReadOnlyList<string> Links { get; init; } = [];

    /// <summary>
    /// SHA-256 over what the recipient sees (channel, subject, parts, partials, cell variables): two campaigns with the same hash send
    /// the same message, whatever they are called.
    /// </summary>
    public byte[] ContentHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(Channel);
        Append(Subject);
        Append(Html);
        Append(Text);
        if (Preheader is not null)
        {
            Append(Preheader);
        }
        if (LookAlikes)
        {
            Append("look_alikes");
        }
        foreach (MessageImage image in Images)
        {
            Append(image.ContentId);
        }
        foreach ((string name, string text) in Partials.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            Append(name);
            Append(text);
        }
        foreach ((string cell, IReadOnlyDictionary<string, string> vars) in CellVars.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            Append(cell);
            foreach ((string name, string value) in vars.OrderBy(v => v.Key, StringComparer.Ordinal))
            {
                Append(name);
                Append(value);
            }
        }
        return hash.GetHashAndReset();

        void Append(string? text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text ?? "\0");
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }
    }

    public static JsonSerializerOptions Json { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="InvalidDataException">The stored text is no content.</exception>
    public static MailingContent FromJson(string json) =>
        JsonSerializer.Deserialize<MailingContent>(json, Json) ?? throw new InvalidDataException("a mailing's stored content is empty");
}
