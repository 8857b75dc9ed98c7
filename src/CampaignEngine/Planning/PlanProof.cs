namespace CampaignEngine.Planning;

/// <summary>What became of rendering every message that a plan would send, to everybody to contact, in every drop.</summary>
/// <param name="Groups">Messages that cannot be rendered, by drop and cause, the largest group first.</param>
public sealed record PlanProof(long Rendered, long Failed, IReadOnlyList<ProofGroup> Groups, IReadOnlyList<ProofDrop> Drops)
{
    /// <summary>
    /// A launch is refused when more than one message in this many of a drop cannot be rendered: that is a fault of the template or the data and
    /// not of single people. Below it the launch goes on, and each of these people is named in the ledger (render_failed).
    /// </summary>
    public const int OneInRefused = 100;

    /// <summary>What the SMS of each drop amount to, by country of the number; empty where there are none, and in plans of earlier versions.</summary>
    public IReadOnlyList<ProofSegments> Segments { get; init; } = [];

    /// <summary>The drop whose share of failures refuses a launch; null when none does.</summary>
    public ProofDrop? Refusing() => Drops.FirstOrDefault(d => d.Failed * OneInRefused > d.Rendered + d.Failed);
}

/// <param name="Cause">Place, code and text of the fault as the first of these people meets it.</param>
/// <param name="People">How many get no message for this cause.</param>
/// <param name="Customer">Key of one of them, for <c>campaign preview</c>.</param>
public sealed record ProofGroup(string Drop, string Cause, long People, string Customer, string? Cell);

/// <param name="LargestBytes">Subject, HTML and text of the largest message, before it is encoded for the wire.</param>
/// <param name="LargestCustomer">Key of who would get it; null when nothing was rendered.</param>
/// <param name="Clipped">Messages whose HTML part is longer than <see cref="Rendering.Linting.GmailClipping.Limit"/>.</param>
public sealed record ProofDrop(string Drop, long Rendered, long Failed, long LargestBytes, string? LargestCustomer, long Clipped);

/// <param name="Country">ISO 3166; empty for numbers of no country.</param>
/// <param name="Ucs2">Messages that are not in the GSM alphabet.</param>
/// <param name="MostSegments">Of one message.</param>
/// <param name="Cost">Segments by the route's price; null where it has none for one of them.</param>
public sealed record ProofSegments(string Drop, string Country, long Messages, long Segments, long Ucs2, int MostSegments, decimal? Cost, string? Currency)
{
    public static ProofSegments operator +(ProofSegments a, ProofSegments b) => a with
    {
        Messages = a.Messages + b.Messages, Segments = a.Segments + b.Segments, Ucs2 = a.Ucs2 + b.Ucs2, MostSegments = Math.Max(a.MostSegments, b.MostSegments), Cost = a.Cost + b.Cost,
    };
}

/// <param name="Reach">Bit n: the n-th channel of the campaign has a usable address of the person.</param>
public readonly record struct PersonToProve(string CustomerKey, string? Cell, int Reach);

/// <summary>Renders every message of a plan and counts.</summary>
/// <param name="messages">In the order of the drops, each with the bit of its channel.</param>
/// <param name="proved">Progress: people so far.</param>
public delegate Task<PlanProof> ProofMaker(
    IReadOnlyList<(Rendering.MailingContent Content, int ReachBit)> messages, IAsyncEnumerable<PersonToProve> people, Action<long>? proved, CancellationToken cancellationToken);
