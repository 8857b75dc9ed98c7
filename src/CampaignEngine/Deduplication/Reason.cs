namespace CampaignEngine.Deduplication;

/// <summary>
/// The one reason that decided about a person, in the order of the waterfall: the first that applies is kept. The names stand in
/// engine.list_person, in plans and in answers of <c>why</c>.
/// </summary>
public static class Reason
{
    /// <summary>A condition of the audience does not hold (or one of its exclude does); the number says which.</summary>
    public const string Condition = "condition";

    public const string NoAddress = "no_address";
    public const string InvalidAddress = "invalid_address";
    public const string NoConsent = "no_consent";
    /// <summary>Another row with the same address withdrew its consent; duplicate_of names it.</summary>
    public const string ConsentWithdrawn = "consent_withdrawn";

    public const string Suppressed = "suppressed";

    /// <summary>Has had as many messages as a contact cap allows.</summary>
    public const string ContactCap = "contact_cap";

    /// <summary>The drop's scope (campaign/drop, or audience.once) has reached this address before, or the same message went to it.</summary>
    public const string AlreadyContacted = "already_contacted";

    public const string DuplicateEmail = "duplicate_email";
    public const string DuplicatePhone = "duplicate_phone";
    public const string DuplicateHousehold = "duplicate_household";
    public const string OverLimit = "over_limit";

    /// <summary>In the control cell: selected, recorded, measured, never contacted.</summary>
    public const string Control = "control";

    /// <summary>On the list, to be contacted.</summary>
    public const string Contact = "contact";

    /// <summary>Only in a mailing: the drop's <c>only:</c> does not hold for the person at its due time.</summary>
    public const string OnlyNotMet = "only_not_met";

    /// <summary>Only in a mailing: on the plan's list, no longer in the customer database.</summary>
    public const string Gone = "gone";

    /// <summary>The waterfall's order.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Condition, NoAddress, InvalidAddress, NoConsent, ConsentWithdrawn, Suppressed, ContactCap, AlreadyContacted,
        DuplicateEmail, DuplicatePhone, DuplicateHousehold, OverLimit, Control, Contact,
    ];

    /// <summary>One line for people.</summary>
    public static string Meaning(string reason) => reason switch
    {
        Condition => "a condition of the audience does not hold",
        NoAddress => "no address on this channel",
        InvalidAddress => "the address is not valid",
        NoConsent => "no consent for this channel",
        ConsentWithdrawn => "consent for this address was withdrawn by another customer with the same address",
        Suppressed => "on the do-not-contact list",
        ContactCap => "has had as many messages as the contact cap allows",
        AlreadyContacted => "this mailing has reached the address before",
        DuplicateEmail => "another person of the list has the same e-mail address",
        DuplicatePhone => "another person of the list has the same phone number",
        DuplicateHousehold => "another person of the household is on the list",
        OverLimit => "beyond the limit of the list",
        Control => "in the control cell: selected and measured, never contacted",
        OnlyNotMet => "the drop's only: does not hold for the person at its due time",
        Gone => "no longer in the customer database",
        Contact => "on the list",
        _ => reason,
    };
}
