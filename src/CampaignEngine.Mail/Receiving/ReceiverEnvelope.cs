using System.Text;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Mail.Receiving;

/// <summary>Sender and recipients of the transaction at hand, and which of them a receiver takes.</summary>
internal sealed class ReceiverEnvelope(SmtpReceiverOptions options)
{
    private static readonly SmtpReply UnknownParameter = new(555, "5.5.4", "unknown parameter");
    private static readonly SmtpReply NeedsSmtpUtf8 = new(550, "5.6.7", "the address needs SMTPUTF8");

    private readonly List<string> _recipients = [];
    private readonly List<string> _recipientParameters = [];
    private bool _utf8;

    /// <summary>Null: no transaction is open.</summary>
    public string? Sender { get; private set; }

    public string SenderParameters { get; private set; } = "";

    public IReadOnlyList<string> Recipients => _recipients;

    public IReadOnlyList<string> RecipientParameters => _recipientParameters;

    public void Clear()
    {
        Sender = null;
        _utf8 = false;
        _recipients.Clear();
        _recipientParameters.Clear();
    }

    /// <param name="command">With an address, which may be empty.</param>
    public SmtpReply SetSender(ReceiverCommand command)
    {
        var utf8 = false;
        foreach (var parameter in command.Parameters)
        {
            switch (parameter.ToUpperInvariant().Split('='))
            {
                case ["SIZE", var text] when long.TryParse(text, out var size):
                    if (size > options.LargestMessage)
                    {
                        return new SmtpReply(552, "5.3.4", "message too large");
                    }

                    break;
                case ["BODY", "7BIT" or "8BITMIME"] or ["RET", "FULL" or "HDRS"] or ["ENVID", _]:
                    break;
                case ["SMTPUTF8"]:
                    utf8 = true;
                    break;
                default:
                    return UnknownParameter;
            }
        }

        if (!utf8 && !Ascii.IsValid(command.Address))
        {
            return NeedsSmtpUtf8;
        }

        (Sender, SenderParameters, _utf8) = (command.Address, string.Join(' ', command.Parameters), utf8);
        return new SmtpReply(250, "2.1.0", "ok");
    }

    /// <param name="command">With an address.</param>
    public SmtpReply AddRecipient(ReceiverCommand command)
    {
        if (command.Parameters.Any(p => !p.StartsWith("NOTIFY=", StringComparison.OrdinalIgnoreCase) && !p.StartsWith("ORCPT=", StringComparison.OrdinalIgnoreCase)))
        {
            return UnknownParameter;
        }

        if (!_utf8 && !Ascii.IsValid(command.Address))
        {
            return NeedsSmtpUtf8;
        }

        if (options.RefuseRecipient?.Invoke(command.Address!) is { } refusal)
        {
            return refusal;
        }

        if (_recipients.Count >= options.MostRecipients)
        {
            return new SmtpReply(452, "4.5.3", "too many recipients");
        }

        _recipients.Add(command.Address!);
        _recipientParameters.Add(string.Join(' ', command.Parameters));
        return new SmtpReply(250, "2.1.5", "ok");
    }
}
