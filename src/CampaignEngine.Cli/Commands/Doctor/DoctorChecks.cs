using CampaignEngine.Diagnosing;

namespace CampaignEngine.Cli.Commands.Doctor;

/// <summary>What <c>campaign doctor</c> looks at, one line each, in the order of the report.</summary>
internal static class DoctorChecks
{
    public delegate Task<IReadOnlyList<Finding>> Look(WorkspaceSession session, CancellationToken cancellationToken);

    public static IReadOnlyList<Look> All { get; } =
    [
        (session, cancellationToken) => DatabaseFindings.LookAsync(session.Database, session.TimeProvider, cancellationToken),
        (session, cancellationToken) => new DkimRecords(session.Settings, session.WorkspaceDirectory).LookAsync(DnsServers.Lookup(), cancellationToken),
    ];
}
