using System.Security.Cryptography;
using CampaignEngine.Database;
using CampaignEngine.Dispatching;

namespace CampaignEngine.Channels;

/// <summary>A channel with what it sends, put together from a workspace.</summary>
/// <param name="Connections">As many as its first route allows.</param>
public sealed record ChannelSetup(IChannel Channel, IMessageSource Messages, int Connections)
{
    /// <summary>A worker that sends what the ledger grants it.</summary>
    /// <param name="options">Null: as many lanes as the first route allows connections, everything else as <see cref="DispatchOptions"/> has it.</param>
    public Dispatcher Worker(
        EngineDatabase database, string workspaceDirectory, EngineSettings settings, DispatchOptions? options, TimeProvider time,
        IProgress<DispatchProgress>? progress = null, Action<string>? say = null) => new(
            database.Source,
            Channel,
            Messages,
            (options ?? new DispatchOptions { Lanes = Math.Clamp(Connections, 1, 256) }).In(workspaceDirectory, settings.Zone) with
            {
                LimitsOf = settings.LimitsOf, SubjectsOf = settings.SubjectsOf, BrakeOf = settings.BrakeOf, IsBlock = Refusals.IsBlock,
            },
            WorkerIdentity.Of(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))),
            CrashPoint.FromEnvironment(),
            time)
        {
            Progress = progress,
            Say = say ?? (static _ => { }),
        };
}
