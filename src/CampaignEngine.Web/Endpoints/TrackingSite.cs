using CampaignEngine.Customers;
using CampaignEngine.Tracking;
using Npgsql;

namespace CampaignEngine.Web.Endpoints;

/// <summary>What the recipients' side of the site needs. One for the life of the process; dispose it after the server has stopped, so that waiting events are written.</summary>
public sealed class TrackingSite(NpgsqlDataSource database, CustomerModel model, ItemTokens tokens, TimeProvider clock, EventRecorderOptions? options = null) : IAsyncDisposable
{
    public ItemTokens Tokens { get; } = tokens;

    public TimeProvider Clock { get; } = clock;

    public EventRecorder Recorder { get; } = new(new EventStore(database), options ?? new EventRecorderOptions(), clock);

    public LinkTargets Links { get; } = new(database);

    public Unsubscribing Unsubscribing { get; } = new(database, model);

    public NpgsqlDataSource Database { get; } = database;

    public ValueTask DisposeAsync() => Recorder.DisposeAsync();
}
