namespace CampaignEngine.Templating;

/// <summary>How bad a message is: an error stops the template, a warning asks the author to look.</summary>
public enum Severity
{
    /// <summary>The template works; the author should look.</summary>
    Warning,

    /// <summary>The template cannot be used.</summary>
    Error,
}
