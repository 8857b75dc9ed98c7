using System.Text.Json;
using CampaignEngine.Rendering;

namespace CampaignEngine.Planning;

/// <summary>The messages of a plan by drop name, as engine.plan.templates keeps them.</summary>
public static class PlanMessages
{
    public static string ToJson(IReadOnlyDictionary<string, MailingContent> messages) => JsonSerializer.Serialize(messages, MailingContent.Json);

    /// <exception cref="InvalidDataException">The stored text holds no messages.</exception>
    public static IReadOnlyDictionary<string, MailingContent> FromJson(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, MailingContent>>(json, MailingContent.Json)
        ?? throw new InvalidDataException("the stored messages of a plan are empty");
}
