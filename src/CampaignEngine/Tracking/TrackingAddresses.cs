namespace CampaignEngine.Tracking;

/// <summary>The addresses that stand in messages, as the web server answers them.</summary>
/// <param name="baseAddress">The public root of the web server, such as https://mail.example.com/.</param>
public sealed class TrackingAddresses(Uri baseAddress, ItemTokens tokens)
{
    private readonly string _root = baseAddress.GetLeftPart(UriPartial.Path).TrimEnd('/');

    public string Click(int mailingId, int ordinal, int linkNo) => $"{_root}/c/{tokens.Click(mailingId, ordinal, linkNo)}";

    public string Open(int mailingId, int ordinal) => $"{_root}/o/{tokens.Open(mailingId, ordinal)}.gif";

    /// <summary>For the List-Unsubscribe header and for the link in the message alike.</summary>
    public string Unsubscribe(int mailingId, int ordinal) => $"{_root}/u/{tokens.Unsubscribe(mailingId, ordinal)}";

    public string Preferences(int mailingId, int ordinal) => $"{_root}/p/{tokens.Preferences(mailingId, ordinal)}";

    public string OptIn(int mailingId, int ordinal) => $"{_root}/d/{tokens.OptIn(mailingId, ordinal)}";

    public string ViewOnline(int mailingId, int ordinal) => $"{_root}/v/{tokens.ViewOnline(mailingId, ordinal)}";
}
