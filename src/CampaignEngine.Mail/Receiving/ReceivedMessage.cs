using System.Net;

namespace CampaignEngine.Mail.Receiving;

/// <summary>A whole message and its envelope, as a client sent it.</summary>
public sealed record ReceivedMessage
{
    /// <summary>Return path; empty for <c>&lt;&gt;</c>.</summary>
    public required string Sender { get; init; }

    /// <summary>At least one.</summary>
    public required IReadOnlyList<string> Recipients { get; init; }

    /// <summary>The message without dot-stuffing and terminator. Valid only until the handler's task is done: the buffer is used again.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>When the terminator was read.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The name given in EHLO or HELO.</summary>
    public required string HelloName { get; init; }

    public EndPoint? RemoteEndPoint { get; init; }

    /// <summary>The user of AUTH, if any.</summary>
    public string? User { get; init; }

    public bool IsEncrypted { get; init; }

    /// <summary>What stood behind the address in MAIL: SIZE, BODY, RET, ENVID, ...</summary>
    public string SenderParameters { get; init; } = "";

    /// <summary>What stood behind each address in RCPT: NOTIFY, ORCPT.</summary>
    public IReadOnlyList<string> RecipientParameters { get; init; } = [];
}
