namespace CampaignEngine.Tracking;

/// <summary>What came back from a recipient. The names in engine.event are the same words in lower case with underscores.</summary>
public enum EventKind
{
    /// <summary>The open pixel was fetched.</summary>
    Open,

    /// <summary>A link of the message was followed.</summary>
    Click,

    /// <summary>The recipient asked for no more messages.</summary>
    Unsubscribe,

    /// <summary>The message came back.</summary>
    Bounce,

    /// <summary>The recipient marked the message as spam.</summary>
    Complaint,

    /// <summary>The recipient answered.</summary>
    Reply,

    /// <summary>The message was read in a browser.</summary>
    ViewOnline,

    /// <summary>The network says that the message reached the recipient's device.</summary>
    Delivered,
}

public static class EventKinds
{
    private static readonly Dictionary<string, EventKind> ByName = Enum.GetValues<EventKind>().ToDictionary(k => k.SqlName(), StringComparer.Ordinal);

    /// <summary>The kind that a word in engine.event.kind means.</summary>
    public static EventKind Of(string sqlName) => ByName[sqlName];

    /// <summary>The word that stands in engine.event.kind.</summary>
    public static string SqlName(this EventKind kind) => kind switch
    {
        EventKind.Open => "open",
        EventKind.Click => "click",
        EventKind.Unsubscribe => "unsubscribe",
        EventKind.Bounce => "bounce",
        EventKind.Complaint => "complaint",
        EventKind.Reply => "reply",
        EventKind.ViewOnline => "view_online",
        EventKind.Delivered => "delivered",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
