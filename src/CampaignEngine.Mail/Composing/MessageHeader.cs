namespace CampaignEngine.Mail.Composing;

/// <summary>A header beyond those the composer writes itself.</summary>
/// <param name="Name">Printable ASCII without a colon: <c>List-Unsubscribe</c>.</param>
/// <param name="Value">
/// One line of text. ASCII is written as it stands, folded at spaces. Other text is written as encoded words, except in
/// <c>List-*</c> headers, whose value is a list of links and must be ASCII.
/// </param>
public readonly record struct MessageHeader(string Name, string Value);
