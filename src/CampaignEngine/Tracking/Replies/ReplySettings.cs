using CampaignEngine.Authoring;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Composing;

namespace CampaignEngine.Tracking.Replies;

/// <summary><c>replies:</c> of engine.yaml.</summary>
public sealed record ReplySettings
{
    private static readonly ScalarKind MailboxKind = new("e-mail address, with a name if wanted", "Anna Lin <anna@shop.example>", null, text => Mailboxes.TryRead(text, out _));

    private static readonly ScalarKind AddressKind = new("e-mail address", "service@shop.example", null, text => EmailAddress.TryParse(text, out _, out var fault) ? null : $"'{Shown.Text(text)}': {fault.Explain()}");

    private static readonly MapShape Rule = new(
        new("rule", new ScalarShape(ScalarKind.Name) { Description = "Its name; one person gets its answer once a day." }) { Required = true },
        new("words", new ListShape(new ScalarShape(ScalarKind.Line) { Description = "A word or phrase." }) { Description = "Whole words or phrases, letter case and accents aside; one of them suffices.", OrSingle = true, AtLeast = 1 }) { Required = true },
        new("subject", new ScalarShape(ScalarKind.Line) { Description = "Subject of the e-mail." }) { Default = "that of the reply, with Re:" },
        new("answer", new ScalarShape(ScalarKind.Text) { Description = "Plain text that answers an e-mail." }),
        new("sms", new ScalarShape(ScalarKind.Text) { Description = "Text that answers an SMS." }))
    { Description = "A canned answer; the first rule that fits answers." };

    internal static MapShape Shape { get; } = new(
        new("reply_to", new ScalarShape(ScalarKind.Boolean) { Description = "Every e-mail gets a Reply-To of its own in the domain of bounces.return_path, in place of the sender's reply_to, so that an answer says by itself what it answers." }) { Default = "false" },
        new("also", new ListShape(new ScalarShape(AddressKind) { Description = "An address." }) { Description = "Further addresses at which 'serve' takes replies, from whomever; what comes there is a case.", OrSingle = true }),
        new("in_charge", new ScalarShape(MailboxKind) { Description = "Who is told by e-mail when a reply waits too long." }) { Default = "nobody is told; 'campaign cases' shows it" },
        new("campaigns", new NamedShape(ScalarKind.Name, new ScalarShape(MailboxKind) { Description = "Who is in charge of the campaign's replies." }) { Description = "Others in charge, by campaign." }),
        new("alarm_after", new ScalarShape(ScalarKind.Duration) { Description = "How long a reply may wait for a person." }) { Default = "12 hours" },
        new("sender", new ScalarShape(ScalarKind.Name) { Description = "From whom alarms leave, and answers where the mailing's sender is unknown." }) { Default = "the first of senders" },
        new("rules", new ListShape(Rule) { Description = "Canned answers, in order." }))
    { Description = "What people write back." };

    public bool SignedReplyTo { get; init; }

    /// <summary>Addresses besides the signed ones at which the listener takes replies.</summary>
    public IReadOnlyList<string> Also { get; init; } = [];

    /// <summary>Null: nobody.</summary>
    public Mailbox? InCharge { get; init; }

    public IReadOnlyDictionary<string, Mailbox> Campaigns { get; init; } = new Dictionary<string, Mailbox>();

    public TimeSpan AlarmAfter { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Name of a sender; null: the first.</summary>
    public string? Sender { get; init; }

    public IReadOnlyList<ReplyRule> Rules { get; init; } = [];

    /// <param name="campaign">Null: it is not known what was answered.</param>
    public Mailbox? InChargeOf(string? campaign) => campaign is not null && Campaigns.TryGetValue(campaign, out var named) ? named : InCharge;

    /// <param name="written">Its shape has been checked; null: not written.</param>
    /// <param name="alarmAfter">As read, within what a time may be.</param>
    /// <param name="returnPath">The domain of return paths; null: none.</param>
    /// <param name="senders">Names of those who send e-mail.</param>
    /// <param name="problems">Gets what does not fit together.</param>
    internal static ReplySettings Read(YamlMapping? written, TimeSpan? alarmAfter, string? returnPath, IReadOnlyList<string> senders, ProblemList problems)
    {
        var usual = new ReplySettings();
        if (written is null)
        {
            return usual;
        }

        if (written.Boolean("reply_to") == true && returnPath is null)
        {
            problems.Error(written.PlaceOf("reply_to"), "CE1177", "there is no domain for such addresses: write 'return_path' under 'bounces'");
        }

        if (written.Written("sender") is { } sender && !senders.Contains(sender.Text))
        {
            problems.Error(sender.Place, "CE1178", $"there is no sender '{Shown.Text(sender.Text)}' with 'from'{Suggestion.For(sender.Text, senders)}");
        }

        return new ReplySettings
        {
            SignedReplyTo = written.Boolean("reply_to") == true,
            Also = [.. written.Writtens("also").Select(w => w.Text)],
            InCharge = written.Text("in_charge") is { } person && Mailboxes.TryRead(person, out var inCharge) is null ? inCharge : null,
            Campaigns = (written.Mapping("campaigns")?.Entries ?? []).Where(e => e.Value is YamlScalar)
                .Select(e => (e.Key.Text, Fault: Mailboxes.TryRead(((YamlScalar)e.Value).Text, out var named), Named: named))
                .Where(e => e.Fault is null).ToDictionary(e => e.Text, e => e.Named, StringComparer.Ordinal),
            AlarmAfter = alarmAfter ?? usual.AlarmAfter,
            Sender = written.Text("sender"),
            Rules = ReadRules(written, problems),
        };
    }

    private static List<ReplyRule> ReadRules(YamlMapping written, ProblemList problems)
    {
        var rules = new List<ReplyRule>();
        foreach (var rule in written.Mappings("rules"))
        {
            if (rule["answer"] is null && rule["sms"] is null)
            {
                problems.Error(rule.Place, "CE1175", $"the rule '{Shown.Text(rule.Text("rule") ?? "")}' answers nothing; write 'answer' (for e-mail), 'sms', or both");
            }

            if (rules.Exists(r => r.Name == rule.Text("rule")))
            {
                problems.Error(rule.PlaceOf("rule"), "CE1176", $"there are two rules '{Shown.Text(rule.Text("rule")!)}'; give one of them another name, for a name is answered once a day");
            }

            rules.Add(new ReplyRule(rule.Text("rule") ?? "", [.. rule.Writtens("words").Select(w => w.Text)], rule.Text("subject"), rule.Text("answer"), rule.Text("sms")));
        }

        return rules;
    }
}
