namespace CampaignEngine.Dispatching;

/// <summary>The messages of a whole mailing cannot be built now, through no fault of any person on its list: nobody is skipped, everybody waits.</summary>
public sealed class MessagesUnavailableException : Exception
{
    public MessagesUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
