using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Purchases;
using CampaignEngine.Database;
using CampaignEngine.Deduplication;
using CampaignEngine.Rendering;
using Dapper;
using Npgsql;

namespace CampaignEngine.Planning;

/// <summary>
/// Audiences → Deduplication: selects with the read-only role, streams the people through normalisation into the caller's transaction
/// and makes the list there. Plans and recurring drops make their lists with it.
/// </summary>
/// <param name="caps">Contact caps of marketing campaigns that have none of their own.</param>
public sealed class ListMaker(EngineDatabase database, CustomerModel model, RecipientKeys keys, ContactPoints contacts, IReadOnlyList<ContactCap> caps, TimeZoneInfo zone, TimeProvider timeProvider)
{
    /// <summary>Suppressions and purchase summary are brought up to date first: both are their own, short transactions.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await new SuppressionSync(database.Source, contacts).RunOnceAsync(cancellationToken);
        if (PurchaseDefinition.Of(model, new ProblemList()) is { } purchases)
        {
            await new PurchaseSummary(database.Source, purchases, timeProvider, zone).RefreshAsync(cancellationToken);
        }
    }

    /// <param name="owner">Inside a transaction: the list stands when that commits.</param>
    /// <param name="read">Progress: people read so far.</param>
    public async Task<BuiltList> MakeAsync(
        NpgsqlConnection owner, CampaignDefinition campaign, BoundAudience audience, MailingContent lead, DateTimeOffset now,
        Action<long>? read, CancellationToken cancellationToken)
    {
        await owner.ExecuteAsync(new CommandDefinition(
            SqlFile.Load<ListMaker>("PrepareSession"), commandTimeout: 0, cancellationToken: cancellationToken));

        var layout = new CandidateLayout(campaign, model, audience.People);
        var maker = new CandidateMaker(layout, campaign, contacts, new CellChooser(keys, campaign))
        {
            MatchesEverybody = await owner.ExecuteScalarAsync<bool>(new CommandDefinition(
                SqlFile.Load<ListMaker>("IsSentBefore"), new { scope = DropScopes.Once(campaign, campaign.Drops[0].Name, null), content = lead.ContentHash() }, cancellationToken: cancellationToken)),
        };
        var selection = new SelectionCompiler(model, audience.People, new SelectionOptions { Now = now, Zone = zone })
            .Waterfall(audience.Where, audience.Exclude, Columns(layout.Expressions, audience.People));

        await using var reader = await database.QuerySource.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await reader.BeginTransactionAsync(cancellationToken);
        var withdrawals = await new Withdrawals(model, contacts, zone).StageAsync(owner, reader, campaign, audience.People, layout.Channels[0], now, cancellationToken);
        await SelectionSettings.ApplyAsync(reader, cancellationToken);
        await using var command = selection.ToCommand(reader);
        command.CommandTimeout = 0;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await new ListBuilder(owner).BuildAsync(
            campaign, layout, maker, rows, Checks(campaign, lead, now, withdrawals > 0), read, cancellationToken);
    }

    /// <summary>Expressions of the condition language as columns v1, v2 ... of a selection.</summary>
    public IReadOnlyList<SelectionColumn> Columns(IReadOnlyList<Written> expressions, Entity people)
    {
        var problems = new ProblemList();
        var binder = new ConditionBinder(model, problems);
        List<SelectionColumn> columns = [.. expressions.Select((e, i) => new SelectionColumn(
            $"v{i + 1}",
            binder.BindExpression(e, people) ?? throw new InvalidOperationException($"validated expression cannot be bound: {problems.Items[^1]}")))];
        return columns;
    }

    private ListChecks Checks(CampaignDefinition campaign, MailingContent lead, DateTimeOffset now, bool withdrawals)
    {
        var drop = campaign.Drops[0];
        return new ListChecks(
            DropScopes.Suppression(campaign), drop.Name,
            drop.Schedule.Cron is null ? DropScopes.Once(campaign, drop.Name, null) : null,
            lead.ContentHash(),
            campaign.Audience.Caps.Count > 0 || campaign.Purpose != MessagePurpose.Marketing ? campaign.Audience.Caps : caps, now, withdrawals);
    }
}
