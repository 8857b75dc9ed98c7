using CampaignEngine.Database;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Tracking;

/// <summary>Writes events to engine.event, many in one durable commit.</summary>
public sealed class EventStore(NpgsqlDataSource database)
{
    private static readonly string Insert = SqlFile.Load<EventStore>("InsertEvents");

    /// <summary>Returns how many were new. Events known by their key, and events about items that do not exist, are passed over.</summary>
    public async Task<int> WriteAsync(IReadOnlyList<TrackedEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            return 0;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await WriteAsync(connection, events, cancellationToken);
    }

    /// <summary>The same in the transaction of a connection.</summary>
    internal static async Task<int> WriteAsync(NpgsqlConnection connection, IReadOnlyList<TrackedEvent> events, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, connection);
        Add(command, "mailings", NpgsqlDbType.Integer, events, e => e.MailingId);
        Add(command, "ordinals", NpgsqlDbType.Integer, events, e => e.Ordinal);
        Add(command, "kinds", NpgsqlDbType.Text, events, e => e.Kind.SqlName());
        Add(command, "links", NpgsqlDbType.Smallint, events, e => (short?)e.LinkNo);
        Add(command, "times", NpgsqlDbType.TimestampTz, events, e => e.At.ToUniversalTime());
        Add(command, "machines", NpgsqlDbType.Boolean, events, e => e.Machine);
        Add(command, "scores", NpgsqlDbType.Smallint, events, e => (short)Math.Min(e.Score.Score, short.MaxValue));
        Add(command, "signs", NpgsqlDbType.Text, events, e => e.Score.Signs);
        Add(command, "agents", NpgsqlDbType.Text, events, e => e.UserAgent);
        Add(command, "heads", NpgsqlDbType.Boolean, events, e => e.Head);
        Add(command, "prefetches", NpgsqlDbType.Boolean, events, e => e.Prefetch);
        Add(command, "networks", NpgsqlDbType.Cidr, events, e => e.Network);
        Add(command, "keys", NpgsqlDbType.Text, events, e => e.Key);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static void Add<T>(NpgsqlCommand command, string name, NpgsqlDbType type, IReadOnlyList<TrackedEvent> events, Func<TrackedEvent, T> value)
    {
        var values = new T[events.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(events[i]);
        }

        command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | type) { Value = values });
    }
}
