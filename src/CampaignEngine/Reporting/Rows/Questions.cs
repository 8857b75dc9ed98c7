using CampaignEngine.Database;
using CampaignEngine.Reporting.Pages;
using Npgsql;

namespace CampaignEngine.Reporting.Rows;

/// <summary>Keeps the questions behind figures in engine.report_question, so that an id is all that a page must carry.</summary>
internal static class Questions
{
    private static readonly string Store = SqlFile.Load(typeof(Questions), "StoreQuestions");
    private static readonly string Find = SqlFile.Load(typeof(Questions), "FindQuestion");

    public static async Task StoreAsync(NpgsqlDataSource database, IReadOnlyList<AskedRows> asked, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Store);
        command.Parameters.AddWithValue("ids", asked.Select(a => a.Id).ToArray());
        command.Parameters.AddWithValue("questions", asked.Select(a => a.Query.ToJson()).ToArray());
        command.Parameters.AddWithValue("figures", asked.Select(a => a.Figure).ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Null: no such id.</summary>
    public static async Task<(RowsQuery Query, decimal Figure)?> FindAsync(NpgsqlDataSource database, string id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Find);
        command.Parameters.AddWithValue("id", id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (RowsQuery.FromJson(reader.GetString(0)), reader.GetDecimal(1)) : null;
    }
}
