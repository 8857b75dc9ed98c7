using System.Text.RegularExpressions;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;

namespace CampaignEngine.Campaigns;

/// <summary>The shape of a campaign file.</summary>
public static partial class CampaignShape
{
    private static readonly ScalarKind PriorityKind = new("number from 1 to 9", "5", null, text =>
        text is [>= '1' and <= '9'] ? null : $"'{Shown.Text(text)}' is not a number from 1 to 9");

    private static readonly ScalarKind LimitKind = new("number of people, with an order if wanted", "50000 by sum(orders.amount) desc", null, text =>
        LimitText().Match(text) is { Success: true } match && int.TryParse(match.Groups["count"].Value, out var count) && count > 0 ? null
        : $"'{Shown.Text(text)}' is not a limit; write a number of people, and who comes first behind 'by', for example '50000 by sum(orders.amount) desc'");

    private static readonly ScalarKind OrderingKind = new("expression with desc or asc", "last_order_at desc", null, text =>
        text.Trim().Length == 0 ? "the expression is empty" : null);

    private static readonly ScalarKind OnceKind = new("scope", "spring-tea/announce", "^[a-z][a-z0-9-]*(/[a-z0-9-]+)?$", text => OnceText().IsMatch(text) ? null
        : $"'{Shown.Text(text)}' is not a scope; write a name, or two with a slash, in lower-case letters, digits and dashes");

    private static readonly ScalarKind CapKind = new("contact cap", "2 email within 7 days", @"^\s*[0-9]+(\s+(email|sms|print|call))?\s+within\s+[0-9]+\s+[a-z]+\s*$", CapFault);

    private static readonly ScalarKind AtKind = new("local date and time, or now", "2026-03-10 09:00", @"^(now|[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)$",
        text => text == "now" ? null : Quantity.TryLocalTime(text, out _));

    private static readonly ScalarKind ZoneKind = new("time zone, or recipient", "Asia/Taipei", null, text => text == "recipient" ? null : Zones.Fault(text));

    private static readonly ScalarKind CronKind = new("Quartz cron expression", "0 0 9 ? * MON", null, Cron.Fault);

    internal static readonly ScalarKind TemplateKind = new("template path", "email/spring-tea", "^[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)+$", text => TemplateText().IsMatch(text) ? null
        : text.Contains(".sbn", StringComparison.Ordinal) ? $"'{Shown.Text(text)}' names a file; write '{Shown.Text(text[..text.IndexOf(".sbn", StringComparison.Ordinal)])}': the engine finds its .sbn-html and .sbn-txt parts"
        : $"'{Shown.Text(text)}' is not a template path; write the path below templates/ without its extension, for example 'email/spring-tea'");

    private static readonly ScalarKind CouponKind = new("coupon code", "SUMMER10", "^[A-Za-z0-9][A-Za-z0-9 -]{1,38}[A-Za-z0-9]$", text => CouponText().IsMatch(text) ? null
        : $"'{Shown.Text(text)}' is not a coupon code; write 3 to 40 letters of A to Z, digits, spaces and dashes");

    private static readonly Shape Ordering = new ScalarShape(OrderingKind) { Description = "An expression, then desc or asc." };

    private static readonly Shape Cap = new EitherShape(
        new ScalarShape(CapKind) { Description = "At most so many messages within a duration." },
        new MapShape(
            new("at_most", new ScalarShape(ScalarKind.Count) { Description = "Number of messages." }) { Required = true },
            new("within", new ScalarShape(ScalarKind.Duration) { Description = "Length of time that is looked back." }) { Required = true },
            new("channel", new ChoiceShape(ModelShape.Channels) { Description = "Channel that is counted." }) { Default = "all channels together" })
        { Description = "At most so many messages within a duration." })
    { Description = "At most so many messages to one person within a duration, over all campaigns." };

    private static readonly MapShape Audience = new(
        new("from", new ScalarShape(ScalarKind.Identifier) { Description = "Entity of model.yaml that holds the people." }) { Default = "the people entity" },
        new("where", Conditions("Conditions that must all hold; a person for whom one is unknown is left out.")) { Default = "everybody" },
        new("exclude", Conditions("Conditions of which none may hold.")),
        new("dedupe", new ListShape(new ChoiceShape("email", "phone", "household") { Description = "What two rows share that are one person." }) { Description = "Duplicates to remove, in this order.", OrSingle = true })
        { Default = "the address of the first drop's channel" },
        new("survivor", new ListShape(Ordering) { Description = "Which duplicate stays: the first by these expressions.", OrSingle = true }) { Default = "newest order first, then the smallest key" },
        new("limit", new ScalarShape(LimitKind) { Description = "At most so many people, the first by an expression." }),
        new("holdout", new ScalarShape(ScalarKind.Percentage) { Description = "Control cell: share of the list that is measured and never contacted." }) { Default = "0%" },
        new("drift", new ScalarShape(ScalarKind.Percentage) { Description = "How far a list frozen after the plan may differ in size before the operator must look." }) { Default = "20%" },
        new("caps", new ListShape(Cap) { Description = "Contact caps.", OrSingle = true }) { Default = "those of engine.yaml" },
        new("once", new ScalarShape(OnceKind) { Description = "Scope in which a person is contacted once; campaigns that share it never reach one person twice." }) { Default = "the campaign's name/the drop's name" })
    { Description = "Who is meant." };

    private static readonly MapShape Cell = new(
        new("cell", new ScalarShape(ScalarKind.Name) { Description = "Name of the cell." }) { Required = true },
        new("coupon", new ScalarShape(CouponKind) { Description = "Coupon code of everybody in this cell." }),
        new("share", new ScalarShape(ScalarKind.Percentage) { Description = "Share of the contacted people; the shares of all cells sum to 100%." }) { Required = true },
        new("vars", new NamedShape(ScalarKind.Variable, new ScalarShape(ScalarKind.Value) { Description = "A text." }) { Description = "Variables that the templates of this cell see." }))
    { Description = "A test cell." };

    private static readonly MapShape Test = new(
        new("share", new ScalarShape(ScalarKind.Percentage) { Description = "Part of the people to contact on whom the cells are tried; the cells' shares are of it." }) { Required = true },
        new("by", new ChoiceShape("click", "response", "conversion", "revenue") { Description = "What the cells are compared by, over the contacted people, machines left out." })
        { Default = "conversion, or click without response.conversion" },
        new("after", new ScalarShape(ScalarKind.Duration) { Description = "How long after the test fell due it is decided." }) { Default = "1 day" },
        new("sample", new ScalarShape(ScalarKind.Count) { Description = "Decide earlier, as soon as so many people, all cells together, did what 'by' names." }) { Default = "not earlier" },
        new("wins", new ChoiceShape("significant", "best") { Description = "significant: the best cell wins when it differs from every other beyond chance; best: it wins however little it leads by." }) { Default = "significant" },
        new("level", new ScalarShape(ScalarKind.Percentage) { Description = "Confidence of that, corrected for the number of pairs of cells." }) { Default = "95%" },
        new("otherwise", new ChoiceShape("ask", "first", "control") { Description = "What the remainder gets when no cell wins: ask waits for 'campaign winner'; first is the cell written first; control is nothing." }) { Default = "ask" })
    { Description = "The cells are tried on a part of the people; the remainder, frozen with them, gets the best cell." };

    private static readonly MapShape Schedule = new(
        new("at", new ScalarShape(AtKind) { Description = "Local date and time of a one-off drop, or now for the moment of the launch." }),
        new("zone", new ScalarShape(ZoneKind) { Description = "IANA zone of these local times, or recipient for each person's own zone." }) { Default = "the zone of engine.yaml" },
        new("after", new ScalarShape(ScalarKind.Name) { Description = "Drop of this campaign that this one follows." }),
        new("delay", new ScalarShape(ScalarKind.Duration) { Description = "How long after that drop; needed with after." }),
        new("cron", new ScalarShape(CronKind) { Description = "Recurring drop: second, minute, hour, day of month, month, day of week." }),
        new("until", new ScalarShape(ScalarKind.Day) { Description = "Last local day on which a recurring drop falls due." }) { Default = "no end" },
        new("except", new ListShape(new ScalarShape(ScalarKind.Day) { Description = "A local day." }) { OrSingle = true, Description = "Local days, such as holidays, on which a recurring drop does not fall due." }),
        new("late", new ChoiceShape("send", "skip", "ask") { Description = "What becomes of a due time of a recurring or following drop that is found too late, after an outage: it is sent, skipped, or held for 'campaign held'." }) { Default = "send" },
        new("late_after", new ScalarShape(ScalarKind.Duration) { Description = "How late a due time may be found before 'late' holds." }) { Default = "1 hour" },
        new("between", new ScalarShape(ScalarKind.Hours) { Description = "Local hours in which messages may leave." }) { Default = "any hour" },
        new("expires_after", new ScalarShape(ScalarKind.Duration) { Description = "No message leaves after this long past the due time." }))
    { Description = "When the drop falls due: exactly one of at, after and cron." };

    private static readonly MapShape Drop = new(
        new("drop", new ScalarShape(ScalarKind.Name) { Description = "Name of the drop, unique in the campaign." }) { Required = true },
        new("channel", new ChoiceShape(ModelShape.Channels) { Description = "Channel of the messages." }) { Required = true },
        new("template", new ScalarShape(TemplateKind) { Description = "Template below templates/, without extension." }) { Required = true },
        new("subject", new ScalarShape(ScalarKind.Line) { Description = "Subject of e-mails, a template of its own." }),
        new("preheader", new ScalarShape(ScalarKind.Line) { Description = "Text beside the subject in the inbox, a template of its own; hidden at the head of the HTML part." }),
        new("schedule", new EitherShape(new ScalarShape(AtKind) { Description = "Local date and time, or now." }, Schedule) { Description = "When the drop falls due." }) { Required = true },
        new("only", new ScalarShape(ScalarKind.Condition) { Description = "Condition that must hold when the drop falls due, such as not responded." }),
        new("look_alikes", new ScalarShape(ScalarKind.Boolean) { Description = "SMS: make typographic signs plain where that makes a text a GSM text." }) { Default = "that of the route" },
        new("unit_cost", new ScalarShape(ScalarKind.Money) { Description = "Price of one message." }),
        new("sender", new ScalarShape(ScalarKind.Name) { Description = "Sender of engine.yaml." }) { Default = "the first sender" })
    { Description = "One message on one channel at one time, or on a recurring schedule." };

    public static MapShape Shape { get; } = new(
        new("campaign", new ScalarShape(ScalarKind.Name) { Description = "Name of the campaign, unique in the workspace." }) { Required = true },
        new("title", new ScalarShape(ScalarKind.Line) { Description = "Title on screens and reports." }) { Default = "the name" },
        new("kind", new ScalarShape(ScalarKind.Line) { Description = "Your word for campaigns of this sort, such as newsletter: reports set the campaign beside earlier ones of the same kind." }) { Default = "reports go by the name without the numbers at its end, else by channel" },
        new("purpose", new ChoiceShape("marketing", "service") { Description = "marketing needs consent and an unsubscribe link; service needs neither." }) { Default = "marketing" },
        new("delivery", new ChoiceShape("never-twice", "never-miss")
        { Description = "What becomes of a message of which nobody knows whether it arrived: never-twice lists it and leaves the decision to a person; never-miss sends it again after 15 minutes, so that some people get it twice." })
        { Default = "never-twice" },
        new("priority", new ScalarShape(PriorityKind) { Description = "Whose messages go first when workers are busy, from 1 to 9; 9 is first." }) { Default = "5" },
        new("brand", new ScalarShape(ScalarKind.Name) { Description = "Brand: a suppression may hold for one brand only." }),
        new("quiet", new ScalarShape(ScalarKind.Hours) { Description = "Hours of each person's own day in which nothing leaves; what is not sent before waits for their end." }) { Default = "engine.yaml's quiet hours of the channel" },
        new("goal", new MapShape(
            new("response_rate", new ScalarShape(ScalarKind.Percentage) { Description = "Share of contacted people who respond." }),
            new("conversion_rate", new ScalarShape(ScalarKind.Percentage) { Description = "Share of contacted people who convert." }))
        { Description = "What the campaign hopes for; the report compares." }),
        new("budget", new ScalarShape(ScalarKind.Money) { Description = "Most the drops may cost; a plan above it is refused." }),
        new("coupon", new ScalarShape(CouponKind) { Description = "Coupon code that everybody has, printed or read out: answers and orders with it are the campaign's." }),
        new("audience", Audience) { Required = true },
        new("cells", new ListShape(Cell) { Description = "Test cells." }) { Default = "one nameless cell" },
        new("test", Test) { Default = "everybody gets a cell at once" },
        new("drops", new ListShape(Drop) { Description = "The drops.", AtLeast = 1 }) { Required = true },
        new("response", new MapShape(
            new("window", new ScalarShape(ScalarKind.Duration) { Description = "How long after contact a reaction counts." }) { Default = "14 days" },
            new("conversion", new ScalarShape(ScalarKind.Condition) { Description = "The reaction that counts as conversion: a relation, with a condition behind where." }),
            new("counts", new ListShape(new ChoiceShape("click", "reply", "conversion") { Description = "A kind of reaction." }) { Description = "Reactions that count as response.", OrSingle = true })
            { Default = "click, reply and conversion" },
            new("margin", new ScalarShape(ScalarKind.Percentage) { Description = "Part of the revenue that is left after the cost of goods; return and break-even are then of it." }) { Default = "not known: they are of revenue" },
            new("attribution", new ChoiceShape("last-touch", "first-touch") { Description = "Which of several contacts a reaction belongs to." }) { Default = "last-touch" })
        { Description = "What counts as a response." }))
    {
        Description = "A campaign.",
    };

    /// <summary>Caps are also written in engine.yaml.</summary>
    internal static Shape CapList { get; } = new ListShape(Cap) { Description = "Contact caps of every marketing campaign that has none of its own.", OrSingle = true };

    internal static Match MatchLimit(string text) => LimitText().Match(text);

    internal static Match MatchOrdering(string text) => OrderingText().Match(text);

    internal static Match MatchCap(string text) => CapText().Match(text);

    private static ListShape Conditions(string description) =>
        new(new ScalarShape(ScalarKind.Condition) { Description = "A condition." }) { Description = description, OrSingle = true };

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9 -]{1,38}[A-Za-z0-9]\z")]
    private static partial Regex CouponText();

    private static string? CapFault(string text)
    {
        var match = CapText().Match(text);
        return match.Success
            ? Quantity.TryDuration(match.Groups["within"].Value, out _)
            : $"'{Shown.Text(text)}' is not a contact cap; write for example '2 email within 7 days' or '4 within 30 days'";
    }

    [GeneratedRegex(@"\A\s*(?<count>[0-9]{1,10})\s*(?:\bby\s+(?<by>.+?)\s*)?\z", RegexOptions.Singleline)]
    private static partial Regex LimitText();

    [GeneratedRegex(@"\A\s*(?<expression>.+?)(?:\s+(?<direction>asc|desc))?\s*\z", RegexOptions.Singleline)]
    private static partial Regex OrderingText();

    [GeneratedRegex(@"\A\s*(?<count>[0-9]{1,9})(\s+(?<channel>email|sms|print|call))?\s+within\s+(?<within>[0-9].*)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex CapText();

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,62}(/[a-z0-9-]{1,63})?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex OnceText();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9_-]{0,62}(/[a-z0-9][a-z0-9_-]{0,62}){1,6}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex TemplateText();
}
