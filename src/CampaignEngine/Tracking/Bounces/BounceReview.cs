using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>A text that no rule knows, with how many reports say it.</summary>
public sealed record UnknownText(long BounceId, long Reports, DateTimeOffset LastAt, string Text);

/// <summary>An operator's rule.</summary>
public sealed record DecidedRule(long RuleId, string Phrase, string Class, DateTimeOffset DecidedAt, string DecidedBy, string Because);

/// <summary>Texts that wait for a person, and what persons decided: each decision is a rule from then on, and for all that wait.</summary>
public sealed class BounceReview(NpgsqlDataSource database, BounceStore store)
{
    private const int Slice = 1000;

    /// <summary>Most frequent first.</summary>
    public async Task<IReadOnlyList<UnknownText>> UnknownAsync(int count, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<UnknownText>(new CommandDefinition(SqlFile.Load<BounceStore>("ListUnknownBounces"), new { count }, cancellationToken: cancellationToken))];
    }

    /// <summary>The newest first.</summary>
    public async Task<IReadOnlyList<DecidedRule>> DecidedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<DecidedRule>(new CommandDefinition(SqlFile.Load<BounceStore>("ReadBounceRules"), cancellationToken: cancellationToken))];
    }

    /// <summary>The rules as shipped, with those decided before them.</summary>
    public async Task<BounceRules> RulesAsync(CancellationToken cancellationToken) =>
        BounceRules.BuiltIn.With((await DecidedAsync(cancellationToken)).Select(d => (d.Phrase, d.Class)));

    /// <summary>Keeps the rule and gives it to every waiting text that it fits, with all that follows by the policy.</summary>
    /// <returns>Reports that have a class now, and recipients suppressed by it.</returns>
    public async Task<(int Reports, int Suppressed)> DecideAsync(string phrase, BounceClass @class, string by, string because, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var add = BounceStore.Command(connection, "AddBounceRule"))
        {
            add.Parameters.AddWithValue("phrase", phrase);
            add.Parameters.AddWithValue("class", @class.Name);
            add.Parameters.AddWithValue("by", by);
            add.Parameters.AddWithValue("because", because);
            await add.ExecuteScalarAsync(cancellationToken);
        }

        var fits = await FittingAsync(connection, new Phrases([phrase]), cancellationToken);
        await using (var set = BounceStore.Command(connection, "SetBounceClass"))
        {
            set.Parameters.AddWithValue("ids", fits);
            set.Parameters.AddWithValue("class", @class.Name);
            set.Parameters.AddWithValue("group", BounceStore.SqlName(@class.Group));
            set.Parameters.AddWithValue("hard", @class.IsHard);
            await set.ExecuteNonQueryAsync(cancellationToken);
        }

        var suppressed = await store.FollowAsync(connection, fits, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (fits.Length, suppressed.Count);
    }

    private static async Task<long[]> FittingAsync(NpgsqlConnection connection, Phrases phrase, CancellationToken cancellationToken)
    {
        var fits = new List<long>();
        var (after, read) = (0L, Slice);
        while (read == Slice)
        {
            read = 0;
            await using var command = BounceStore.Command(connection, "ReadUnknownBounces");
            command.Parameters.AddWithValue("after", after);
            command.Parameters.AddWithValue("count", Slice);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                read++;
                after = reader.GetInt64(0);
                if (phrase.StandIn(BounceText.Words(BounceText.Plain(reader.GetString(1)))))
                {
                    fits.Add(after);
                }
            }
        }

        return [.. fits];
    }
}
