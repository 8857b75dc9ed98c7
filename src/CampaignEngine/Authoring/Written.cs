namespace CampaignEngine.Authoring;

/// <summary>A text as an author wrote it, with its place: conditions, expressions and template references keep both until they are bound.</summary>
public sealed record Written(string Text, Place Place);
