namespace CampaignEngine.Tracking;

/// <summary>What a token allows. It is part of the signed bytes, so a token made for one purpose is worth nothing for another.</summary>
public enum TokenPurpose : byte
{
    /// <summary>Follow one link of the message.</summary>
    Click = 1,

    /// <summary>Fetch the open pixel.</summary>
    Open = 2,

    /// <summary>Stop the messages of this channel.</summary>
    Unsubscribe = 3,

    /// <summary>Read the message in a browser.</summary>
    ViewOnline = 4,

    /// <summary>See and change what the person has agreed to.</summary>
    Preferences = 5,

    /// <summary>Report what became of the message. It also names the message where a gateway wants a key or reference.</summary>
    Receipt = 6,

    /// <summary>Be the envelope sender: mail to it is about the message.</summary>
    ReturnPath = 7,

    /// <summary>Grant marketing e-mail: the second step of a double opt-in.</summary>
    OptIn = 8,

    /// <summary>Be the Reply-To address: mail to it answers the message.</summary>
    Reply = 9,
}
