using CampaignEngine.Dispatching;
using CampaignEngine.Dispatching.Braking;
using Npgsql;

namespace CampaignEngine.Operating;

/// <summary>A mailing as an operator watches it.</summary>
/// <param name="Rate">Accepted messages a second, over the last seconds.</param>
/// <param name="Left">How long the rest takes at this speed; null when nothing moves or it has ended.</param>
/// <param name="Hold">What holds it up; null: nothing does.</param>
public sealed record WatchedMailing(MailingBalance Balance, double Rate, TimeSpan? Left, string? Hold)
{
    public bool HasEnded => IsEnd(Balance.State);

    internal static bool IsEnd(string state) => state is "completed" or "cancelled";
}

/// <summary>Reads mailings in flight again and again; those that have ended are read once more and then kept.</summary>
/// <param name="campaign">Null: all campaigns.</param>
/// <param name="subjectsOf">See <see cref="DispatchOptions.SubjectsOf"/>.</param>
public sealed class MailingWatch(NpgsqlDataSource source, string? campaign, Func<MailingToSend, string?, IReadOnlyList<string>> subjectsOf, TimeZoneInfo zone)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(15);
    private readonly Dictionary<int, (MovingRate Rate, WatchedMailing? Ended)> _seen = [];

    /// <summary>The mailings of the campaign, or all in flight and those that ended while watched, by due time.</summary>
    public async Task<IReadOnlyList<WatchedMailing>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var installation = await InstallationGuard.LookAsync(connection, cancellationToken);
        var mailings = await MailingBalance.ListAsync(connection, campaign, openOnly: campaign is null, cancellationToken);
        var order = _seen.Keys.Except(mailings).Concat(mailings).ToArray();
        var states = await ChunkStates.ReadAsync(connection, order, cancellationToken);
        var braked = await BrakedMailing.ReadAsync(connection, order, subjectsOf, cancellationToken);
        var watched = new List<WatchedMailing>();
        foreach (var mailing in order)
        {
            var (rate, ended) = _seen.GetValueOrDefault(mailing);
            rate ??= new MovingRate(Window);
            if (ended is null)
            {
                var state = states[mailing];
                var balance = await MailingBalance.ReadAsync(connection, mailing, cancellationToken);
                var now = Watch(balance, state, rate, braked.GetValueOrDefault(mailing), installation.InstallationId is null ? null : installation.Problem);
                _seen[mailing] = (rate, now.HasEnded ? now : null);
                ended = now;
            }

            watched.Add(ended);
        }

        return watched;
    }

    private WatchedMailing Watch(MailingBalance balance, ChunkStates state, MovingRate rate, BrakedMailing? braked, string? installation)
    {
        rate.Add(state.ReadAt, balance.Accepted, balance.Frozen - balance.Pending);
        var speed = rate.Accepted ?? balance.Rate;
        var left = WatchedMailing.IsEnd(balance.State) ? null : rate.Left(balance.Pending);
        var hold = (state with { State = balance.State }).Hold(installation, braked, balance.LimitedBy, moving: speed > 0 || left is not null, zone);
        return new WatchedMailing(balance, speed, hold is null || balance.LimitedBy is not null || braked is not null ? left : null, hold);
    }
}
