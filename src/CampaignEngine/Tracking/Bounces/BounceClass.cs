namespace CampaignEngine.Tracking.Bounces;

/// <summary>A class of bounce-classes.yaml: what a report means for the address.</summary>
/// <param name="Name">One word, such as <c>userunknown</c>; it stands in engine.bounce and in every row.</param>
/// <param name="Group">The coarse word that the policy of engine.yaml goes by.</param>
/// <param name="Meaning">One line for people.</param>
public sealed record BounceClass(string Name, BounceGroup Group, string Meaning)
{
    /// <summary>The address will not work again.</summary>
    public bool IsHard => Group == BounceGroup.Hard;

    /// <summary>The group of a report whose status says that it is not for ever (4.x.x); null: the same.</summary>
    public BounceGroup? WhileTemporary { get; init; }

    /// <param name="status">Enhanced status; null: none.</param>
    public BounceGroup GroupOf(string? status) => status?[0] == '4' ? WhileTemporary ?? Group : Group;
}

/// <summary>What kind of answer a class is.</summary>
public enum BounceGroup
{
    /// <summary>No such mailbox, domain or customer.</summary>
    Hard,

    /// <summary>Not now, or unclear why.</summary>
    Soft,

    /// <summary>The mailbox is full.</summary>
    Full,

    /// <summary>The sending address, name or pace was refused: says nothing about the recipient.</summary>
    Block,

    /// <summary>The content was taken for spam or malware.</summary>
    Spam,

    /// <summary>A rule of the receiving side refused this message.</summary>
    Policy,

    /// <summary>SPF, DKIM or DMARC did not pass.</summary>
    Auth,

    /// <summary>Delivery was given up after many attempts, or is delayed.</summary>
    Expired,

    /// <summary>A machine or a person away answered; no bounce.</summary>
    Vacation,

    /// <summary>Delivered, relayed or read; no bounce.</summary>
    Delivered,

    /// <summary>The recipient, or the provider, complained.</summary>
    Complaint,

    /// <summary>The text says nothing that a rule knows.</summary>
    Unknown,

    /// <summary>No report at all: a person's or another machine's mail.</summary>
    Other,
}
