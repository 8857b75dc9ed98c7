using CampaignEngine.Authoring;
using CampaignEngine.Scheduling;

namespace CampaignEngine.Campaigns;

/// <summary>One campaign YAML file, read and checked in itself; conditions and templates are still as written and are bound by the later stages.</summary>
public sealed record CampaignDefinition
{
    /// <summary>File, relative to the workspace.</summary>
    public required string File { get; init; }

    /// <summary>The bytes of the file as text: a plan keeps them and a launch runs exactly these.</summary>
    public required string Yaml { get; init; }

    /// <summary>Name: lower-case letters, digits and dashes, unique in the workspace.</summary>
    public required string Name { get; init; }

    public required Place Place { get; init; }

    public string? Title { get; init; }

    /// <summary>The author's own word for campaigns of this sort, such as newsletter; reports set it beside earlier ones of the same.</summary>
    public string? Kind { get; init; }

    /// <summary>marketing (needs consent and an unsubscribe link) or service (neither).</summary>
    public MessagePurpose Purpose { get; init; } = MessagePurpose.Marketing;

    /// <summary>What becomes of messages in doubt.</summary>
    public DeliveryPolicy Delivery { get; init; } = DeliveryPolicy.NeverTwice;

    /// <summary>1 to 9; 9 goes first.</summary>
    public int Priority { get; init; } = 5;

    public string? Brand { get; init; }

    /// <summary>Hours in each person's own zone in which nothing leaves; null: those of engine.yaml for the channel.</summary>
    public DayHours? Quiet { get; init; }

    public Goal? Goal { get; init; }

    public Money? Budget { get; init; }

    public required AudienceDefinition Audience { get; init; }

    /// <summary>Test cells; empty means one nameless cell.</summary>
    public IReadOnlyList<CellDefinition> Cells { get; init; } = [];

    /// <summary>The cells are tried on a part of the people first; null: everybody gets a cell at once.</summary>
    public TestDefinition? Test { get; init; }

    /// <summary>Coupon codes that many people have; those of a person's own are keycodes.</summary>
    public IReadOnlyList<SharedCoupon> Coupons { get; init; } = [];

    public required IReadOnlyList<DropDefinition> Drops { get; init; }

    public required ResponseDefinition Response { get; init; }
}

/// <summary>What becomes of a message whose acceptance can be neither proved nor refuted.</summary>
public enum DeliveryPolicy
{
    /// <summary>Listed; sent again only when a person decides so.</summary>
    NeverTwice,

    /// <summary>Sent again after the cooling-off; the possible duplicates are counted.</summary>
    NeverMiss,
}

public enum MessagePurpose
{
    Marketing,
    Service,
}

/// <summary>What the campaign hopes for; rates are fractions.</summary>
public sealed record Goal(Percentage? ResponseRate, Percentage? ConversionRate);

public sealed record AudienceDefinition
{
    public required Place Place { get; init; }

    /// <summary>Entity name; the model's people entity when not written.</summary>
    public string? From { get; init; }

    /// <summary>All must hold.</summary>
    public IReadOnlyList<Written> Where { get; init; } = [];

    /// <summary>None may hold.</summary>
    public IReadOnlyList<Written> Exclude { get; init; } = [];

    /// <summary>In order: email, phone, household. Default: the lead channel's address.</summary>
    public IReadOnlyList<DedupeKey> Dedupe { get; init; } = [];

    /// <summary>Which duplicate stays: expressions, first wins ("last_order_at desc"). Empty: newest order first, then the smallest key.</summary>
    public IReadOnlyList<Ordering> Survivor { get; init; } = [];

    public ListLimit? Limit { get; init; }

    /// <summary>Share of the net list that is selected, recorded, measured and never contacted.</summary>
    public Percentage Holdout { get; init; }

    /// <summary>How far a list frozen later may differ in size from the plan's forecast before the operator must look.</summary>
    public Percentage Drift { get; init; } = new(0.20m);

    /// <summary>Contact caps: at most N messages on a channel (null: any) within the duration, over all campaigns.</summary>
    public IReadOnlyList<ContactCap> Caps { get; init; } = [];

    /// <summary>Scope of "once"; default "campaign/drop". The same scope in two campaigns keeps them from contacting one person twice.</summary>
    public string? Once { get; init; }
}

public enum DedupeKey
{
    Email,
    Phone,
    Household,
}

public sealed record Ordering(Written Expression, bool Descending);

public sealed record ListLimit(int Count, Ordering? By, Place Place);

public sealed record ContactCap(int Count, CalendarDuration Within, string? Channel, Place Place);

/// <summary>A test cell: its share of the net list (control cell left out) and the variables its messages see.</summary>
public sealed record CellDefinition(string Name, Percentage Share, IReadOnlyDictionary<string, string> Vars, Place Place);

public sealed record DropDefinition
{
    public required string Name { get; init; }

    public required Place Place { get; init; }

    /// <summary>email, sms, print or call.</summary>
    public required string Channel { get; init; }

    /// <summary>Template path below templates/ without extension: "email/spring-tea".</summary>
    public required Written Template { get; init; }

    /// <summary>Subject template (e-mail).</summary>
    public Written? Subject { get; init; }

    /// <summary>Preheader template (e-mail): what an inbox shows beside the subject.</summary>
    public Written? Preheader { get; init; }

    public required ScheduleDefinition Schedule { get; init; }

    /// <summary>Condition on the person that must hold when the drop falls due ("not responded").</summary>
    public Written? Only { get; init; }

    /// <summary>SMS: typographic signs are made plain where that makes a text a GSM text; null: as the route has it.</summary>
    public bool? LookAlikes { get; init; }

    /// <summary>Price of one message.</summary>
    public Money? UnitCost { get; init; }

    /// <summary>Name of the sender in engine.yaml; the default sender when not written.</summary>
    public string? Sender { get; init; }
}

/// <summary>When a drop falls due. Exactly one of At, After, Cron is set.</summary>
public enum LatePolicy
{
    /// <summary>Late is better than never; the drop's expiry still holds.</summary>
    Send,

    /// <summary>The due time is passed over.</summary>
    Skip,

    /// <summary>An operator decides ('campaign held').</summary>
    Ask,
}

public sealed record ScheduleDefinition
{
    public required Place Place { get; init; }

    /// <summary>Local date and time of a one-off drop, in <see cref="Zone"/>; null with Now or After or Cron.</summary>
    public DateTime? At { get; init; }

    /// <summary>At launch ("at: now").</summary>
    public bool Now { get; init; }

    /// <summary>IANA zone name, or "recipient" for each person's own zone; null: the zone of engine.yaml.</summary>
    public string? Zone { get; init; }

    /// <summary>Name of the drop this one follows, and by how much.</summary>
    public string? After { get; init; }

    public CalendarDuration? Delay { get; init; }

    /// <summary>Quartz cron expression of a recurring drop.</summary>
    public string? Cron { get; init; }

    /// <summary>Last local day on which a recurring drop falls due; null: no end.</summary>
    public DateOnly? Until { get; init; }

    /// <summary>Local days on which a recurring drop does not fall due.</summary>
    public IReadOnlyList<DateOnly> Except { get; init; } = [];

    /// <summary>What becomes of a due time that is found later than <see cref="LateAfter"/>.</summary>
    public LatePolicy Late { get; init; } = LatePolicy.Send;

    public CalendarDuration LateAfter { get; init; } = new(1, DurationUnit.Hour);

    /// <summary>Local hours in which messages may leave; null: any hour.</summary>
    public (TimeOnly From, TimeOnly To)? Between { get; init; }

    /// <summary>No message of the drop leaves after this long past its due time.</summary>
    public CalendarDuration? ExpiresAfter { get; init; }
}

public sealed record ResponseDefinition
{
    public required Place Place { get; init; }

    /// <summary>How long after contact a reaction counts.</summary>
    public CalendarDuration Window { get; init; } = new(14, DurationUnit.Day);

    /// <summary>Relation with optional where: "orders where category = "tea""; null: no conversion is measured.</summary>
    public Written? Conversion { get; init; }

    /// <summary>Which events count as a response: any of click, reply, conversion. Default: click, reply, conversion.</summary>
    public IReadOnlyList<string> Counts { get; init; } = ["click", "reply", "conversion"];

    /// <summary>Part of the revenue that is left after the cost of goods; null: not known.</summary>
    public Percentage? Margin { get; init; }

    /// <summary>last-touch or first-touch.</summary>
    public string Attribution { get; init; } = "last-touch";
}
