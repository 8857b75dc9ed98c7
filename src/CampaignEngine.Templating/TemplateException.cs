namespace CampaignEngine.Templating;

/// <summary>A template that cannot be rendered with this data; <see cref="Error"/> has the place and the fault.</summary>
public sealed class TemplateException : Exception
{
    public TemplateException(TemplateMessage error) : base(error.ToString()) => Error = error;

    public TemplateException(TemplateMessage error, Exception cause) : base(error.ToString(), cause) => Error = error;

    public TemplateMessage Error { get; }
}
