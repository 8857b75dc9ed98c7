using CampaignEngine.Audiences;
using CampaignEngine.Customers;
using CampaignEngine.Dispatching;
using CampaignEngine.Rendering;
using CampaignEngine.Templating;
using CampaignEngine.Tracking;

namespace CampaignEngine.Channels;

/// <summary>Makes what renders a mailing's messages from what the freeze stored; the same for every channel.</summary>
internal sealed class MailingTemplates(CustomerModel model, EngineSettings settings, ItemTokens tokens, TimeProvider time)
{
    /// <summary>Zone of times for people without one of their own.</summary>
    public TimeZoneInfo Zone { get; } = TimeZoneInfo.FindSystemTimeZoneById(settings.Zone);

    /// <exception cref="MessagesUnavailableException">The model no longer fits the templates.</exception>
    public (MessageRenderer Renderer, RecipientReader Reader) Of(MailingToSend mailing, MailingContent content)
    {
        try
        {
            var renderer = new MessageRenderer(content, model, MessageUrls.Of(settings.Web.BaseUrl, tokens, mailing.MailingId), Zone, time);
            return (renderer, renderer.Reader(model, new SelectionOptions { Now = mailing.DueAt, Zone = Zone }));
        }
        catch (Exception fault) when (fault is TemplateException or InvalidOperationException or KeyNotFoundException)
        {
            // A model that was changed since the plan no longer fits the templates: nobody is skipped for that.
            throw new MessagesUnavailableException($"the messages of {mailing.Campaign}/{mailing.DropName} do not fit {model.File} as it is now: {fault.Message}", fault);
        }
    }
}
